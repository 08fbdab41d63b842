/** What it takes to answer about a run of which nothing is at hand. */
export interface Rerun {
  /** To run its program again. */
  readonly seconds: number;
  /** Time for an answer. */
  readonly responseSeconds: number;
}

/**
 * Why an order is not taken beside what may be asked about already, or undefined if it can be. Whoever likes asks about all
 * runs in the same second: each is run again, a few at a time, and half of the shortest time for an answer must do.
 */
export function rerunRefusal(all: readonly Rerun[], lanes: number): string | undefined {
  const seconds = all.reduce((sum, rerun) => sum + rerun.seconds, 0) / Math.max(1, lanes);
  const least = Math.min(...all.map(({ responseSeconds }) => responseSeconds));
  return seconds > least / 2 ? "answers about all runs at once may take longer than one may" : undefined;
}
