import { TensorError } from "../errors.ts";
import { ceilLog2, type LaneBits, lanesPerWord } from "../words.ts";
import type { Region } from "./Program.ts";

/** A row may be read as one range, so it has at most this many words. */
export const MAX_ROW_LOG2 = 8;

/**
 * Lanes of a row: of eight bits they are one range; wider ones are read lane by lane, or the program cannot be proven
 * (`assertProvable`).
 */
export const MAX_ROW_LANES = 8_192;

/**
 * A matrix of lanes in one region while a program is being built. Rows are contiguous and padded to `2^rowLog2` words;
 * its address is known when the program is.
 */
export interface Tensor {
  readonly name: string;
  readonly region: Region;
  /** First word, counted from the start of the region. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly laneBits: LaneBits;
  readonly rowLog2: number;
  /** Lanes past the last column are computed as all others are, and need not be zero: a product must not sum them. */
  readonly hasOpenRows?: boolean;
}

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly laneBits: LaneBits;
}

export function rowLog2Of({ columns, laneBits }: Pick<Shape, "columns" | "laneBits">): number {
  return ceilLog2(Math.ceil(columns / lanesPerWord(laneBits)));
}

/** Whether lanes past the last column exist, and may be other than zero. */
export function isOpen({ hasOpenRows = false, columns, laneBits, rowLog2 }: Tensor): boolean {
  return hasOpenRows && columns < lanesPerWord(laneBits) * 2 ** rowLog2;
}

export function tensorWords(tensor: Pick<Tensor, "rows" | "rowLog2">): number {
  return tensor.rows * 2 ** tensor.rowLog2;
}

/** Rows `first … first + rows` of a tensor, in place. */
export function rowsOf(tensor: Tensor, first: number, rows: number): Tensor {
  if (first < 0 || rows <= 0 || first + rows > tensor.rows)
    throw new TensorError(
      "BAD_SHAPE",
      `rows ${first} to ${first + rows} of ${tensor.name}, which has ${tensor.rows}`,
      "take rows that exist",
    );
  return { ...tensor, name: `${tensor.name}[${first}]`, offset: tensor.offset + first * 2 ** tensor.rowLog2, rows };
}

/** The most rows, as a logarithm, that every range of as many rows of the tensor can have: by its place and its width. */
export function groupLog2Of({ offset, rowLog2 }: Pick<Tensor, "offset" | "rowLog2">): number {
  let log2 = MAX_ROW_LOG2;
  while (offset % 2 ** log2 !== 0) log2--;
  return log2 - rowLog2;
}

export function describeShape({ name, rows, columns, laneBits }: Tensor): string {
  return `${name} (${rows} × ${columns} of ${laneBits} bits)`;
}
