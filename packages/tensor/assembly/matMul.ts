import { loadLane, saturated, scaled, storeLane } from "./lanes";

const RELU: u32 = 1;
const ADDEND: u32 = 2;
const BROADCAST: u32 = 4;
const MASK: u32 = 8;

// What does not change within an operator; globals, because a closure cannot be had here.
let out: usize = 0;
let laneLog2: u32 = 0;
let scale: i32 = 0;
let shift: u32 = 0;
let flags: u32 = 0;
let addend: usize = 0;
let mask: usize = 0;

/** See `MatMul.sol`. Pointers are bytes; `words` is the length of the result. */
export function matMul(
  result: usize,
  words: u32,
  left: usize,
  leftRows: u32,
  right: usize,
  rightRows: u32,
  rowLog2: u32,
  outRowLog2: u32,
  resultLaneLog2: u32,
  scaleBy: i32,
  shiftBy: u32,
  flagBits: u32,
  addendAt: usize,
  maskAt: usize,
): void {
  out = result;
  laneLog2 = resultLaneLog2;
  scale = scaleBy;
  shift = shiftBy;
  flags = flagBits;
  addend = addendAt;
  mask = maskAt;
  const rowBytes: usize = (<usize>32) << rowLog2;
  const outRowWords: u32 = 1 << outRowLog2;
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const columns: u32 = min(outRowWords, words - start) << (8 - laneLog2);
    const cell: usize = (<usize>start) << (8 - laneLog2);
    const dots: u32 = row < leftRows ? min(columns, rightRows) : 0;
    const a = left + <usize>row * rowBytes;
    let column: u32 = 0;
    for (; column + 4 <= dots; column += 4) {
      const b = right + <usize>column * rowBytes;
      fourDots(a, b, rowBytes, cell, column);
    }
    for (; column < dots; ++column) finish(oneDot(a, right + <usize>column * rowBytes, rowBytes), cell, column);
    for (; column < columns; ++column) finish(0, cell, column);
  }
}

function fourDots(a: usize, b: usize, rowBytes: usize, cell: usize, column: u32): void {
  let sum0 = i32x4.splat(0);
  let sum1 = i32x4.splat(0);
  let sum2 = i32x4.splat(0);
  let sum3 = i32x4.splat(0);
  const b1 = b + rowBytes;
  const b2 = b1 + rowBytes;
  const b3 = b2 + rowBytes;
  for (let k: usize = 0; k < rowBytes; k += 8) {
    const x = v128.load_ext<i8>(a + k);
    sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b + k)));
    sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b1 + k)));
    sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b2 + k)));
    sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b3 + k)));
  }
  finish(total(sum0), cell, column);
  finish(total(sum1), cell, column + 1);
  finish(total(sum2), cell, column + 2);
  finish(total(sum3), cell, column + 3);
}

function oneDot(a: usize, b: usize, rowBytes: usize): i32 {
  let sum = i32x4.splat(0);
  for (let k: usize = 0; k < rowBytes; k += 8)
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + k), v128.load_ext<i8>(b + k)));
  return total(sum);
}

function total(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}

function finish(dot: i32, cell: usize, column: u32): void {
  const index = cell + column;
  let value = scaled(dot, scale, shift);
  if ((flags & ADDEND) != 0) value += loadLane(addend, laneLog2, (flags & BROADCAST) != 0 ? <usize>column : index);
  if ((flags & MASK) != 0 && loadLane(mask, laneLog2, index) <= 0) value = 0;
  if ((flags & RELU) != 0 && value < 0) value = 0;
  storeLane(out, laneLog2, index, saturated(value, laneLog2));
}
