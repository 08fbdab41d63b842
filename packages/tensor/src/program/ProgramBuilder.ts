import { TensorError } from "../errors.ts";
import type { KernelSet } from "../kernels/KernelSet.ts";
import { ownKernels } from "../kernels/registry.ts";
import { isPowerOfTwo, LANE_BITS, type LaneBits, MAX_TOTAL_WORDS, REGION_WORDS, roundUp } from "../words.ts";
import { Mode, type OperatorDescriptor } from "./descriptor.ts";
import { Program, Region } from "./Program.ts";
import {
  describeShape,
  MAX_ROW_LANES,
  MAX_ROW_LOG2,
  rowLog2Of,
  type Shape,
  type Tensor,
  tensorWords,
} from "./Tensor.ts";

/** Regions begin at multiples of the largest range, so a range aligned in its region is aligned in the address space. */
const REGION_ALIGNMENT = 2 ** MAX_ROW_LOG2;

/** Absolute word address of a tensor; known when all regions are. */
export type AddressOf = (tensor: Tensor) => number;

export interface OperatorSpec {
  readonly name: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly reads: readonly Tensor[];
  /** The kernel's params, once addresses are known. */
  readonly params: (addressOf: AddressOf) => Uint8Array;
  /** Words that its start is a multiple of, for kernels that read several rows of it as one range. */
  readonly alignment?: number;
  /** Puts the result into the output region; such operators run after all others. */
  readonly output?: boolean;
  /** Whether the lanes past the last column are computed too, from what need not be zero. */
  readonly hasOpenRows?: boolean;
  readonly mode?: Mode;
  readonly pieceLog2?: number;
}

interface PendingOperator extends OperatorSpec {
  readonly usedWords: number;
  /** Grows when a later operator needs an aligned start. */
  words: number;
}

/** Collects tensors and operators, checks shapes, and resolves addresses when the program is built. */
export class ProgramBuilder {
  #inWords = 0;
  readonly #kernels: KernelSet;
  readonly #operators: Record<typeof Region.Body | typeof Region.Output, PendingOperator[]> = { 1: [], 2: [] };

  /** @param kernels kernels that the program may use, by default those of this package */
  constructor(kernels: KernelSet = ownKernels) {
    this.#kernels = kernels;
  }

  /**
   * Declares a tensor of the input region. Its words are written with `InputWriter`.
   *
   * @param alignment words that its start is a multiple of, for kernels that read several rows as one range
   */
  input(name: string, shape: Shape, alignment: number = REGION_WORDS): Tensor {
    const rowLog2 = checkedRowLog2(name, shape);
    const offset = roundUp(this.#inWords, Math.max(alignment, alignmentOf(rowLog2)));
    const tensor: Tensor = { name, region: Region.Input, offset, ...shape, rowLog2 };
    this.#inWords = roundUp(offset + tensorWords(tensor), REGION_WORDS);
    return tensor;
  }

  /** Adds an operator and returns its result. */
  add(spec: OperatorSpec): Tensor {
    const region = spec.output === true ? Region.Output : Region.Body;
    const rowLog2 = checkedRowLog2(spec.name, spec.shape);
    for (const operand of spec.reads)
      if (region === Region.Body && operand.region === Region.Output)
        throw new TensorError("BAD_PROGRAM", `${spec.name} reads ${operand.name}, an output`, "outputs run last");
    const operators = this.#operators[region];
    const offset = this.#align(operators, Math.max(alignmentOf(rowLog2), spec.alignment ?? 0));
    const tensor: Tensor = {
      ...{ name: spec.name, region, offset, ...spec.shape, rowLog2 },
      ...(spec.hasOpenRows === true && { hasOpenRows: true }),
    };
    const usedWords = roundUp(tensorWords(tensor), 2 ** (spec.pieceLog2 ?? 0));
    operators.push({ ...spec, usedWords, words: roundUp(usedWords, REGION_WORDS) });
    return tensor;
  }

  build(): Program {
    const inWords = roundUp(this.#inWords, REGION_ALIGNMENT);
    const { 1: body, 2: output } = this.#operators;
    const bodyWords = this.#align(body, REGION_ALIGNMENT);
    const starts = { [Region.Input]: 0, [Region.Body]: inWords, [Region.Output]: inWords + bodyWords };
    const addressOf: AddressOf = (tensor) => starts[tensor.region] + tensor.offset;
    const finish = (operator: PendingOperator): OperatorDescriptor => ({
      kernel: operator.kernel,
      kernelCodeHash: this.#kernels.byName(operator.kernel).codeHash,
      words: operator.words,
      usedWords: operator.usedWords,
      mode: operator.mode ?? Mode.Lane,
      pieceLog2: operator.pieceLog2 ?? 0,
      laneBits: operator.shape.laneBits,
      params: operator.params(addressOf),
    });
    return new Program(inWords, body.map(finish), output.map(finish));
  }

  /** Pads the last operator until the next one starts aligned; returns that start. */
  #align(operators: PendingOperator[], alignment: number): number {
    const end = operators.reduce((sum, { words }) => sum + words, 0);
    const start = roundUp(end, alignment);
    const last = operators.at(-1);
    if (last !== undefined) last.words += start - end;
    return start;
  }
}

function alignmentOf(rowLog2: number): number {
  return Math.max(REGION_WORDS, 2 ** rowLog2);
}

function checkedRowLog2(name: string, shape: Shape): number {
  assertLaneBits(name, shape.laneBits, LANE_BITS);
  for (const [what, value] of Object.entries({ rows: shape.rows, columns: shape.columns }))
    if (!Number.isInteger(value) || value <= 0)
      throw new TensorError("BAD_SHAPE", `${name} has ${value} ${what}`, "a tensor has at least one row and column");
  if (shape.columns > MAX_ROW_LANES)
    throw new TensorError(
      "BAD_SHAPE",
      `a row of ${name} has ${shape.columns} lanes of ${shape.laneBits} bits`,
      `a row is at most ${MAX_ROW_LANES} lanes`,
    );
  const rowLog2 = rowLog2Of(shape);
  if (shape.rows * 2 ** rowLog2 > MAX_TOTAL_WORDS)
    throw new TensorError(
      "TOO_LARGE",
      `${name} has ${shape.rows} rows of ${2 ** rowLog2} words`,
      `a program has at most ${MAX_TOTAL_WORDS} words: split the job`,
    );
  return rowLog2;
}

export function assertSame(what: string, a: Tensor, b: Tensor, equal: boolean): void {
  if (!equal)
    throw new TensorError("BAD_SHAPE", `${what}: ${describeShape(a)} and ${describeShape(b)}`, "make the shapes agree");
}

/** Powers of two that a width may take. */
export function assertLaneBits(name: string, laneBits: number, allowed: readonly LaneBits[]): void {
  if (!isPowerOfTwo(laneBits) || !allowed.includes(laneBits as LaneBits))
    throw new TensorError("BAD_SHAPE", `${name} has lanes of ${laneBits} bits`, `allowed are ${allowed.join(", ")}`);
}
