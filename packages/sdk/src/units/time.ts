/** A timestamp of the chain for people: `2026-11-22 18:30:05 UTC`, `never` for zero. */
export function formatTime(timestamp: bigint | number): string {
  const seconds = Number(timestamp);
  // Beyond what a Date can hold a timestamp can only be a sentinel such as the largest uint48.
  if (seconds === 0 || seconds > 8.64e12) return "never";
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
