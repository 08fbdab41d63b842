import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { type Shape, type Tensor, rowLog2Of } from "../program/Tensor.ts";

export interface RandomOptions {
  /** One word. */
  readonly seed: Tensor;
  /** What the result is read as: any lanes, all their bits random. */
  readonly shape: Shape;
  /** Counter of its first word. */
  readonly start?: number;
  readonly output?: boolean;
}

/** Words that look random: see `Random.sol`. */
export function random(builder: ProgramBuilder, name: string, options: RandomOptions): Tensor {
  const { seed, shape, start = 0, output = false } = options;
  assertLaneBits(seed.name, seed.laneBits, [256]);
  const result = builder.add({
    name,
    kernel: "Random",
    shape: { rows: shape.rows, columns: 2 ** rowLog2Of(shape), laneBits: 256 },
    output,
    reads: [seed],
    params: (addressOf) => encodeParams([addressOf(seed), start]),
  });
  return { ...result, ...shape, hasOpenRows: true };
}

export interface HashChainOptions {
  /** One word. */
  readonly seed: Tensor;
  /** Words of the chain that are kept, for it to be checked piece by piece. */
  readonly words: number;
  /** Hashes from one to the next. */
  readonly rounds: number;
  readonly output?: boolean;
}

const MAX_ROUNDS = 2_048;

/** A chain of hashes: see `HashChain.sol`. The last word is the result. */
export function hashChain(builder: ProgramBuilder, name: string, options: HashChainOptions): Tensor {
  const { seed, words, rounds, output = false } = options;
  assertLaneBits(seed.name, seed.laneBits, [256]);
  if (!Number.isInteger(rounds) || rounds <= 0 || rounds > MAX_ROUNDS)
    throw new TensorError("BAD_SHAPE", `${rounds} rounds`, `take 1 to ${MAX_ROUNDS}, and more words`);
  const result: Tensor = builder.add({
    name,
    kernel: "HashChain",
    shape: { rows: words, columns: 1, laneBits: 256 },
    output,
    reads: [seed],
    params: (addressOf) => encodeParams([addressOf(seed), addressOf(result), rounds]),
  });
  return result;
}
