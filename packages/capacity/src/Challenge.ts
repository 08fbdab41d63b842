import type { Hex } from "@millrace/tensor";

/** The challenge of a node; twin of the contracts' `Challenge.Work`. Plain data: it goes to worker threads. */
export interface Challenge {
  readonly seed: Hex;
  readonly products: number;
  readonly rowsLog2: number;
  readonly rowWordsLog2: number;
  /** For adversarial runs: of 100 products so many, the first, are not computed; their results are called zero. */
  readonly skippedPercent?: number;
}

/** An entry that must be opened. */
export interface Entry {
  readonly product: number;
  /** Row of the left side. */
  readonly row: number;
  /** Row of the right side. */
  readonly column: number;
  /** Word of the tree that holds it. */
  readonly position: number;
}

/** What the contract takes for an entry. */
export interface Opening {
  readonly word: Hex;
  readonly siblings: Hex[];
}

/** Logarithm of the results in a word. */
const LANES_LOG2 = 3;

/** Logarithm of the words of a product's results; the height of its tree. */
export function productLog2(challenge: Challenge): number {
  return 2 * challenge.rowsLog2 - LANES_LOG2;
}

/** Height of the tree over all results. */
export function depthOf(challenge: Challenge): number {
  return Math.ceil(Math.log2(challenge.products)) + productLog2(challenge);
}

/** Int8 multiply-adds of a challenge. */
export function multiplyAdds({ products, rowsLog2, rowWordsLog2 }: Omit<Challenge, "seed">): number {
  return products * 2 ** (2 * rowsLog2 + rowWordsLog2 + 5);
}

/** Entry that an index of all results names; the contract draws it. */
export function entryAt(challenge: Challenge, cell: bigint): Entry {
  const { rowsLog2 } = challenge;
  const mask = 2n ** BigInt(rowsLog2) - 1n;
  return {
    product: Number(cell >> BigInt(2 * rowsLog2)),
    row: Number((cell >> BigInt(rowsLog2)) & mask),
    column: Number(cell & mask),
    position: Number(cell >> BigInt(LANES_LOG2)),
  };
}

/** The number that a row's seed is grown by. */
export function rowNumber(product: number, side: 0 | 1, row: number): bigint {
  return (BigInt(product) << 64n) | (BigInt(side) << 32n) | BigInt(row);
}
