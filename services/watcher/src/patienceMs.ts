const MOST_MS = 60_000;
/** Part of what is left that is never waited out. */
const PART = 8;

/**
 * How long to leave a host alone that failed, milliseconds: twice as long each time, as hosts may be slow on purpose, but
 * never so long that the time runs out.
 */
export function patienceMs(pollMs: number, failures: number, leftSeconds: number): number {
  const most = Math.min(MOST_MS, (leftSeconds * 1_000) / PART);
  return Math.max(pollMs, Math.min(pollMs * 2 ** failures, most));
}
