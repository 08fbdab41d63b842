/** Adds to the sum of a key. */
export function addTo<K>(sums: Map<K, bigint>, key: K, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value);
}
