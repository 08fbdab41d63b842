import { randomNumbers } from "../random.ts";
import { WorkloadError } from "../WorkloadError.ts";

/** Tokens are bytes. */
export const VOCABULARY = 256;

/** Widths of the block; all but the heads are multiples of 32, the lanes of a word. */
export interface TransformerSize {
  readonly width: number;
  readonly heads: number;
  /** Width of what a head looks at. */
  readonly headWidth: number;
  readonly feedForward: number;
  readonly positions: number;
}

export interface HeadWeights {
  /** `headWidth` rows of `width` int8, for each of the three. */
  readonly query: readonly Int8Array[];
  readonly key: readonly Int8Array[];
  readonly value: readonly Int8Array[];
  /** `width` rows of `headWidth` int8. */
  readonly output: readonly Int8Array[];
}

/** Scale and shift of a layer norm: units of the result for one deviation, and for the mean. */
export interface NormWeights {
  readonly gamma: Int16Array;
  readonly beta: Int16Array;
}

/** One block of a decoder, layer norm first, with the table of its tokens. */
export interface TransformerWeights {
  readonly size: TransformerSize;
  readonly embedding: readonly Int8Array[];
  readonly positions: readonly Int8Array[];
  readonly attentionNorm: NormWeights;
  readonly heads: readonly HeadWeights[];
  readonly forwardNorm: NormWeights;
  /** `feedForward` rows of `width` int8. */
  readonly expand: readonly Int8Array[];
  /** `width` rows of `feedForward` int8. */
  readonly contract: readonly Int8Array[];
}

export const TRANSFORMER_SIZE: TransformerSize = {
  width: 64,
  heads: 2,
  headWidth: 32,
  feedForward: 128,
  positions: 64,
};

const WEIGHT_SPREAD = 60;
const GAMMA = 32;

/** Weights from a seed: a block that has learnt nothing, and computes as one that has. */
export function randomTransformer(seed: number, size: TransformerSize = TRANSFORMER_SIZE): TransformerWeights {
  assertSize(size);
  const random = randomNumbers(seed);
  const row = (length: number, spread: number): Int8Array =>
    Int8Array.from({ length }, () => Math.round((2 * random() - 1) * spread));
  const matrix = (rows: number, columns: number, spread = WEIGHT_SPREAD): Int8Array[] =>
    Array.from({ length: rows }, () => row(columns, spread));
  const norm = (): NormWeights => ({
    gamma: Int16Array.from({ length: size.width }, () => GAMMA + Math.round(8 * random() - 4)),
    beta: Int16Array.from({ length: size.width }, () => Math.round(8 * random() - 4)),
  });
  const { width, headWidth, feedForward, heads, positions } = size;
  return {
    size,
    embedding: matrix(VOCABULARY, width),
    positions: matrix(positions, width, WEIGHT_SPREAD / 3),
    attentionNorm: norm(),
    heads: Array.from({ length: heads }, () => ({
      query: matrix(headWidth, width),
      key: matrix(headWidth, width),
      value: matrix(headWidth, width),
      output: matrix(width, headWidth),
    })),
    forwardNorm: norm(),
    expand: matrix(feedForward, width),
    contract: matrix(width, feedForward),
  };
}

const LANES = 32;
const MAX_WIDTH = 1_024;
/** A row of scores is one operand of a softmax. */
const MAX_POSITIONS = 256;

export function assertSize({ width, heads, headWidth, feedForward, positions }: TransformerSize): void {
  for (const [what, value, most] of [
    ["width", width, MAX_WIDTH],
    ["headWidth", headWidth, MAX_WIDTH],
    ["feedForward", feedForward, 8 * MAX_WIDTH],
    ["positions", positions, MAX_POSITIONS],
  ] as const)
    if (!Number.isInteger(value / LANES) || value <= 0 || value > most)
      throw new WorkloadError(`a transformer of ${what} ${value}`, `take a multiple of ${LANES}, at most ${most}`);
  if (!Number.isInteger(heads) || heads <= 0 || heads > LANES)
    throw new WorkloadError(`a transformer of ${heads} heads`, `take 1 to ${LANES}`);
}
