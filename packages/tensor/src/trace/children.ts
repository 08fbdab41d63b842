/** Openings go from a region's root through the multiples of this height down to the words. */
export const OPENING_STEP = 5;

/**
 * Height of the children shown when the branch at `height` of a tree of `depth` is opened: the next multiple of 5 below.
 * The top opening thus has `2^(((depth − 1) mod 5) + 1)` children, the others 32.
 */
export function childHeight(height: number): number {
  return Math.floor((height - 1) / OPENING_STEP) * OPENING_STEP;
}

export function childCount(height: number): number {
  return 2 ** (height - childHeight(height));
}
