import { loadLane, saturated, scaled, storeLane } from "./lanes";

const RELU: u32 = 1;
const ADDEND: u32 = 2;

/** See `Requantise.sol`. */
export function requantise(
  out: usize,
  lanes: u32,
  outLog2: u32,
  operand: usize,
  inLog2: u32,
  scale: i32,
  shift: u32,
  flags: u32,
  addend: usize,
): void {
  for (let i: usize = 0; i < <usize>lanes; ++i) {
    let value = scaled(<i32>loadLane(operand, inLog2, i), scale, shift);
    if ((flags & ADDEND) != 0) value += loadLane(addend, outLog2, i);
    if ((flags & RELU) != 0 && value < 0) value = 0;
    storeLane(out, outLog2, i, saturated(value, outLog2));
  }
}

/** See `Transpose.sol`; lanes of 8 to 64 bits. */
export function transpose(
  out: usize,
  words: u32,
  operand: usize,
  rows: u32,
  columns: u32,
  rowLog2: u32,
  outRowLog2: u32,
  laneLog2: u32,
): void {
  const outRowWords: u32 = 1 << outRowLog2;
  const stride: usize = (<usize>32) << rowLog2;
  const laneBytesLog2 = laneLog2 - 3;
  memory.fill(out, 0, (<usize>words) << 5);
  for (let i: u32 = 0, start: u32 = 0; start < words && i < columns; ++i, start += outRowWords) {
    const lanes: u32 = min(rows, min(outRowWords, words - start) << (8 - laneLog2));
    let from = operand + ((<usize>i) << laneBytesLog2);
    const to = out + ((<usize>start) << 5);
    for (let j: usize = 0; j < <usize>lanes; ++j, from += stride) {
      if (laneLog2 == 3) store<u8>(to + j, load<u8>(from));
      else if (laneLog2 == 4) store<u16>(to + (j << 1), load<u16>(from));
      else if (laneLog2 == 5) store<u32>(to + (j << 2), load<u32>(from));
      else store<u64>(to + (j << 3), load<u64>(from));
    }
  }
}

/** See `ArgMax.sol`. */
export function argMax(
  out: usize,
  results: u32,
  outLog2: u32,
  operand: usize,
  rows: u32,
  columns: u32,
  rowLog2: u32,
  inLog2: u32,
): void {
  for (let row: u32 = 0; row < results; ++row) {
    let index: u32 = 0;
    if (row < rows) {
      const start = operand + ((<usize>row) << (rowLog2 + 5));
      let best = i64.MIN_VALUE;
      for (let column: u32 = 0; column < columns; ++column) {
        const value = loadLane(start, inLog2, column);
        if (value > best) {
          best = value;
          index = column;
        }
      }
    }
    storeLane(out, outLog2, row, <i64>index);
  }
}

const INT8: u32 = 3;
const INT16: u32 = 4;
const INT32: u32 = 5;

/** See `Softmax.sol`. `labels` is 0 if there are none. */
export function softmax(
  out: usize,
  words: u32,
  logits: usize,
  rowLog2: u32,
  classes: u32,
  table: usize,
  tableLog2: u32,
  shift: u32,
  outRowLog2: u32,
  labels: usize,
  one: u32,
  zero: i32,
): void {
  const last: u64 = ((<u64>1) << (tableLog2 + 4)) - 1;
  const outRowWords: u32 = 1 << outRowLog2;
  memory.fill(out, 0, (<usize>words) << 5);
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const z = logits + ((<usize>row) << (rowLog2 + 5));
    let best: i64 = <i64>i32.MIN_VALUE;
    for (let c: u32 = 0; c < classes; ++c) best = max(best, loadLane(z, INT32, c));
    let sum: i64 = 0;
    for (let c: u32 = 0; c < classes; ++c) sum += exponential(z, c, best, table, last, shift);
    const lanes: u32 = min(classes, min(outRowWords, words - start) << 5);
    for (let c: u32 = 0; c < lanes; ++c) {
      const own = exponential(z, c, best, table, last, shift);
      let value: i64 = sum == 0 ? 0 : (<i64>one * own + sum / 2) / sum;
      if (labels != 0 && <u32>load<u8>(labels + row) == c) value -= <i64>one;
      store<u8>(out + ((<usize>start) << 5) + c, <u8>saturated(value + <i64>zero, INT8));
    }
  }
}

function exponential(z: usize, c: u32, best: i64, table: usize, last: u64, shift: u32): i64 {
  const index = min<u64>((<u64>(best - loadLane(z, INT32, c))) >> shift, last);
  return loadLane(table, INT16, <usize>index) & 0xffff;
}
