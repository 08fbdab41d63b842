import { TensorError } from "../errors.ts";

/** Words that a leaf of a trace's tree holds, as a logarithm. */
export const LEAF_LOG2 = 3;

/** The height at which the hashes over nodes stand: words are hashed to leaves at once, nodes two by two. */
export function heightAbove(height: number, leafLog2: number): number {
  return height === 0 ? Math.max(leafLog2, 1) : height + 1;
}

/** Refuses a height between words and leaves, and one above the root. */
export function assertHeight(height: number, { depth, leafLog2 }: { depth: number; leafLog2: number }): void {
  if (height > 0 && height < leafLog2)
    throw new TensorError(
      "BAD_ADDRESS",
      `no nodes at height ${height}: a leaf holds ${2 ** leafLog2} words`,
      `words have height 0, leaves ${leafLog2}`,
    );
  if (!Number.isInteger(height) || height < 0 || height > depth)
    throw new TensorError("BAD_ADDRESS", `no nodes at height ${height}`, `the depth is ${depth}`);
}
