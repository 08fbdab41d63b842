import { loadLane, storeLane } from "./lanes";

/** See `Lookup.sol`. */
export function lookup(
  out: usize,
  lanes: u32,
  outLog2: u32,
  operand: usize,
  inLog2: u32,
  table: usize,
  entries: u32,
  offset: i32,
  shift: u32,
): void {
  if (entries == 0) {
    memory.fill(out, 0, (<usize>lanes) << (outLog2 - 3));
    return;
  }
  const last = <i64>entries - 1;
  for (let i: usize = 0; i < <usize>lanes; ++i) {
    const index = (loadLane(operand, inLog2, i) >> shift) + <i64>offset;
    storeLane(out, outLog2, i, loadLane(table, outLog2, <usize>max<i64>(0, min<i64>(index, last))));
  }
}

/** See `Gather.sol`; indices of 8, 16 or 32 bits. */
export function gather(
  out: usize,
  words: u32,
  indices: usize,
  indexLog2: u32,
  table: usize,
  rows: u32,
  rowLog2: u32,
): void {
  const rowWords: u32 = 1 << rowLog2;
  const mask = ((<i64>1) << ((<i64>1) << indexLog2)) - 1;
  memory.fill(out, 0, (<usize>words) << 5);
  for (let row: usize = 0, start: u32 = 0; start < words; ++row, start += rowWords) {
    const index = loadLane(indices, indexLog2, row) & mask;
    if (index >= <i64>rows) continue;
    const count = min(rowWords, words - start);
    memory.copy(out + ((<usize>start) << 5), table + ((<usize>index) << (rowLog2 + 5)), (<usize>count) << 5);
  }
}
