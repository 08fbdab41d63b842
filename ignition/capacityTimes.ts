/** Part of an epoch in whole seconds, at least one. */
const part = (epochSeconds: number, percent: number): number => Math.max(1, Math.floor((epochSeconds * percent) / 100));

/**
 * Times of a round that fit into an epoch of any length from eight seconds on: a local chain's epochs are short. Most of
 * it is for computing and opening, as a busy machine needs seconds for either.
 */
export function capacityTimes(epochSeconds: number): Readonly<Record<string, number>> {
  return {
    drawDelaySeconds: 0,
    leadSeconds: part(epochSeconds, 5),
    windowSeconds: part(epochSeconds, 30),
    openSeconds: part(epochSeconds, 25),
    reportSeconds: part(epochSeconds, 5),
  };
}
