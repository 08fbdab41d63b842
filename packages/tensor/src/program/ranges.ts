import { TensorError } from "../errors.ts";
import type { Range } from "../kernels/Kernel.ts";
import type { Program } from "./Program.ts";

const MAX_RANGE_LOG2 = 8;
export const MAX_RANGES = 8;
export const MAX_READ_WORDS = 576;

/** A range that reaches the piece being computed reads as zero, without proof. */
export function readsAsZero({ start, log2 }: Range, pieceStart: number): boolean {
  return start + 2 ** log2 > pieceStart;
}

/** Throws unless the verifier accepts these ranges for a piece that begins at `pieceStart`. */
export function assertRanges(program: Program, ranges: readonly Range[], pieceStart: number): void {
  const reject = (what: string): never => {
    throw new TensorError("NOT_PROVABLE", what, "refuse this program: its words could not be proven wrong");
  };
  if (ranges.length > MAX_RANGES + 1) reject(`a kernel reads ${ranges.length} ranges`);
  for (const range of ranges) {
    const { start, log2 } = range;
    if (log2 > MAX_RANGE_LOG2) reject(`a range of 2^${log2} words`);
    if (readsAsZero(range, pieceStart)) continue;
    const first = program.locate(start);
    if (program.locate(start + 2 ** log2 - 1).region !== first.region) reject(`a range at ${start} spans two regions`);
    if (first.offset % 2 ** log2 !== 0) reject(`a range at ${start} is not aligned to 2^${log2} words`);
  }
  const words = ranges.reduce((sum, { log2 }) => sum + 2 ** log2, 0);
  if (words > MAX_READ_WORDS) reject(`a piece reads ${words} words`);
}
