/** Blocks asked for at once: nodes refuse more. */
const BLOCKS_PER_QUERY = 5_000;

/** Ranges of blocks, both ends included, that cover `from` to `to`; none if there is nothing to read. */
export function* blockRanges(from: number, to: number): Generator<[first: number, last: number]> {
  for (let first = from; first <= to; first += BLOCKS_PER_QUERY) {
    yield [first, Math.min(to, first + BLOCKS_PER_QUERY - 1)];
  }
}
