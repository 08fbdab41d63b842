/** What a run is divided into: twin of `SegmentTree.sol`, which says why. */

const NARROW = 5;
const MAX_LOG2 = 35;
const FEW_CHECKPOINTS = 32n;

/** Levels of the tree over the children of a segment of `2^log2` steps: it has `2^bits`. */
export function segmentBits(log2: number): number {
  return log2 % NARROW === 0 ? NARROW : NARROW + 1;
}

/** Whether segments of a length end, divided again and again, in single steps. */
export function isWhole(log2: number): boolean {
  return log2 !== 0 && (NARROW + 1) * (log2 % NARROW) <= log2;
}

/** Openings on a path from a segment of a length down to a step. */
export function openingsOf(log2: number): number {
  return log2 === 0 ? 0 : 1 + openingsOf(log2 - segmentBits(log2));
}

/** Greatest distance of a run's checkpoints. */
export function highestLog2(maxSteps: bigint): number {
  let log2 = NARROW;
  while (log2 < MAX_LOG2 && (FEW_CHECKPOINTS << BigInt(log2) < maxSteps || !isWhole(log2))) log2 += 1;
  return log2;
}
