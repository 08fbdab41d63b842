/** As many items as a batch call takes: `MAX_BATCH_ITEMS` of `contracts/common/Batch.sol`. */
export const MAX_BATCH_ITEMS = 64;

/** Items in the order given, in as many lists as calls are needed. */
export function batchesOf<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / MAX_BATCH_ITEMS);
  return Array.from({ length: count }, (_, i) => items.slice(MAX_BATCH_ITEMS * i, MAX_BATCH_ITEMS * (i + 1)));
}
