/** Parts of an epoch; the longest round and the choice of its start take eight. */
const PARTS = 10;

/** Times of a round that fit into an epoch of any length from eight seconds on: a local chain's epochs are short. */
export function capacityTimes(epochSeconds: number): Readonly<Record<string, number>> {
  const part = Math.max(1, Math.floor(epochSeconds / PARTS));
  return {
    drawDelaySeconds: 0,
    leadSeconds: part,
    windowSeconds: 2 * part,
    openSeconds: 2 * part,
    reportSeconds: part,
  };
}
