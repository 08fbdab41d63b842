/** What a run is divided into: twin of `SegmentTree.sol`, which says why. */

const NARROW = 5;
const MAX_LOG2 = 35;
const FEW_CHECKPOINTS = 16;

/** The least distance of checkpoints, as a power of two. */
export const LEAST_LOG2 = NARROW;

/** Most checkpoints of a claim. */
export const MAX_CHECKPOINTS = 256;

/** Levels of the tree over the children of a segment of `2^log2` steps: it has `2^bits`. */
export function segmentBits(log2: number): number {
  return log2 % NARROW === 0 ? NARROW : NARROW + 1;
}

/** Whether segments of a length end, divided again and again, in single steps. */
function isWhole(log2: number): boolean {
  return log2 !== 0 && (NARROW + 1) * (log2 % NARROW) <= log2;
}

/** Whether so many checkpoints can lie at a distance: more than few, or as near as they can be. */
export function isDistance(log2: number, count: number): boolean {
  return isWhole(log2) && log2 <= MAX_LOG2 && (count > FEW_CHECKPOINTS || log2 === NARROW);
}

/** Openings on a path from a segment of a length down to a step. */
export function openingsOf(log2: number): number {
  return log2 === 0 ? 0 : 1 + openingsOf(log2 - segmentBits(log2));
}
