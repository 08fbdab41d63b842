/** Calls that are under way at once. */
export const CALLS_AT_ONCE = 100;

/**
 * Reads what a contract numbers from 1 to `count`, each by a call of its own, in order. A list may be long: no more than
 * {@link CALLS_AT_ONCE} are asked for at a time, and none beyond those once the caller stops.
 */
export async function* readNumbered<T>(
  count: number,
  read: (number: number) => Promise<T>,
): AsyncGenerator<readonly [number: number, value: T]> {
  for (let first = 1; first <= count; first += CALLS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(CALLS_AT_ONCE, count - first + 1) }, (_, i) => first + i);
    yield* await Promise.all(numbers.map(async (number) => [number, await read(number)] as const));
  }
}
