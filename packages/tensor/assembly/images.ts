import { loadLane, saturated, scaled, storeLane } from "./lanes";

// ─── REARRANGE ───

/** Nine sizes and three times seven factors, as `rearrange.ts` writes them. */
const SCRATCH = memory.data(30 * 4, 8);

export function rearrangeScratch(): usize {
  return SCRATCH;
}

function number(index: usize): i64 {
  return <i64>load<i32>(SCRATCH + (index << 2));
}

/** Coordinate 0, 1 or 2 without what the last index adds. */
function coordinate(which: usize, i0: i64, i1: i64, i2: i64, i3: i64, i4: i64): i64 {
  const at: usize = 9 + 7 * which;
  return (
    number(at) +
    i0 * number(at + 1) +
    i1 * number(at + 2) +
    i2 * number(at + 3) +
    i3 * number(at + 4) +
    i4 * number(at + 5)
  );
}

/** See `Rearrange.sol`; lanes of 8 to 64 bits. */
export function rearrange(out: usize, words: u32, operand: usize, rowLog2: u32, outRowLog2: u32, laneLog2: u32): void {
  memory.fill(out, 0, (<usize>words) << 5);
  const blocks = number(0);
  const height = number(1);
  const columns = number(2);
  const sizes1 = number(4);
  const sizes2 = number(5);
  const sizes4 = number(7);
  const sizes5 = number(8);
  if (sizes1 == 0 || sizes2 == 0 || sizes4 == 0 || sizes5 == 0) {
    degenerate(out, words, operand, rowLog2, outRowLog2, laneLog2);
    return;
  }
  const outRowWords: u32 = 1 << outRowLog2;
  const bytesLog2: u32 = laneLog2 - 3;
  const blockStep = number(9 + 6);
  const rowStep = number(16 + 6);
  const columnStep = number(23 + 6);
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const i2 = <i64>row % sizes2;
    const i1 = (<i64>row / sizes2) % sizes1;
    const i0 = <i64>row / sizes2 / sizes1;
    if (i0 >= number(3)) return;
    const lanes: i64 = (<i64>min(outRowWords, words - start)) << (8 - laneLog2);
    let to = out + ((<usize>start) << 5);
    let lane: i64 = 0;
    for (let i3: i64 = 0; i3 < number(6) && lane < lanes; ++i3)
      for (let i4: i64 = 0; i4 < sizes4 && lane < lanes; ++i4) {
        let block = coordinate(0, i0, i1, i2, i3, i4);
        let line = coordinate(1, i0, i1, i2, i3, i4);
        let column = coordinate(2, i0, i1, i2, i3, i4);
        const end = min<i64>(lanes, lane + sizes5);
        for (; lane < end; ++lane, to += (<usize>1) << bytesLog2) {
          if (<u64>block < <u64>blocks && <u64>line < <u64>height && <u64>column < <u64>columns) {
            const from = operand + ((<usize>(block * height + line)) << (rowLog2 + 5)) + ((<usize>column) << bytesLog2);
            copyLane(to, from, bytesLog2);
          }
          block += blockStep;
          line += rowStep;
          column += columnStep;
        }
      }
  }
}

/** Where an index has size zero, it and those before it are zero everywhere: quotient and remainder by zero are. */
function degenerate(out: usize, words: u32, operand: usize, rowLog2: u32, outRowLog2: u32, laneLog2: u32): void {
  const outRowWords: u32 = 1 << outRowLog2;
  const bytesLog2: u32 = laneLog2 - 3;
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const i2 = rest(row, number(5));
    const upper = quotient(row, number(5));
    const i1 = rest(upper, number(4));
    const i0 = quotient(upper, number(4));
    if (i0 >= number(3)) continue;
    const lanes: u32 = min(outRowWords, words - start) << (8 - laneLog2);
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      const i5 = rest(lane, number(8));
      const left = quotient(lane, number(8));
      const i4 = rest(left, number(7));
      const i3 = quotient(left, number(7));
      if (i3 >= number(6)) continue;
      const block = coordinate(0, i0, i1, i2, i3, i4) + i5 * number(15);
      const line = coordinate(1, i0, i1, i2, i3, i4) + i5 * number(22);
      const column = coordinate(2, i0, i1, i2, i3, i4) + i5 * number(29);
      if (<u64>block >= <u64>number(0) || <u64>line >= <u64>number(1) || <u64>column >= <u64>number(2)) continue;
      const from = operand + ((<usize>(block * number(1) + line)) << (rowLog2 + 5)) + ((<usize>column) << bytesLog2);
      copyLane(out + ((<usize>start) << 5) + ((<usize>lane) << bytesLog2), from, bytesLog2);
    }
  }
}

function quotient(value: i64, by: i64): i64 {
  return by == 0 ? 0 : value / by;
}

function rest(value: i64, by: i64): i64 {
  return by == 0 ? 0 : value % by;
}

function copyLane(to: usize, from: usize, bytesLog2: u32): void {
  if (bytesLog2 == 0) store<u8>(to, load<u8>(from));
  else if (bytesLog2 == 1) store<u16>(to, load<u16>(from));
  else if (bytesLog2 == 2) store<u32>(to, load<u32>(from));
  else store<u64>(to, load<u64>(from));
}

// ─── POOLS ───

const MAX_HEIGHT: u32 = 6;
const MAX_WIDTH: u32 = 8;

let windowHeight: u32 = 0;
let windowWidth: u32 = 0;
let greatest: i64 = 0;
let place: u32 = 0;
let total: i64 = 0;

/** Looks at the window whose first pixel lies at `pixel`, a lane of a row of `rowLanes`. */
function look(pictures: usize, pixel: usize, rowLanes: usize, channels: usize, laneLog2: u32): void {
  greatest = 0;
  place = 0;
  total = 0;
  for (let i: u32 = 0; i < windowHeight; ++i)
    for (let j: u32 = 0; j < windowWidth; ++j) {
      const value = loadLane(pictures, laneLog2, pixel + <usize>i * rowLanes + <usize>j * channels);
      total += value;
      if (value > greatest || i + j == 0) {
        greatest = value;
        place = i * windowWidth + j;
      }
    }
}

/** Sets how much of a window is inside; false if nothing is. */
function cut(y: u32, x: u32, height: u32, width: u32, windowH: u32, windowW: u32): bool {
  if (y >= height || x >= width) return false;
  windowHeight = min(height - y, min(windowH, MAX_HEIGHT));
  windowWidth = min(width - x, min(windowW, MAX_WIDTH));
  return windowHeight != 0 && windowWidth != 0;
}

/** See `Pool.sol`. */
export function pool(
  out: usize,
  words: u32,
  pictures: usize,
  count: u32,
  height: u32,
  width: u32,
  channels: u32,
  rowLog2: u32,
  laneLog2: u32,
  windowH: u32,
  windowW: u32,
  stride: u32,
  outHeight: u32,
  outWidth: u32,
  outRowLog2: u32,
  isMax: u32,
  scale: i32,
  shift: u32,
): void {
  memory.fill(out, 0, (<usize>words) << 5);
  if (outHeight == 0 || channels == 0) return;
  const outRowWords: u32 = 1 << outRowLog2;
  const rowLanes: usize = (<usize>1) << (rowLog2 + 8 - laneLog2);
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const picture = row / outHeight;
    if (picture >= count) return;
    const y = (row % outHeight) * stride;
    const lanes: u32 = min(outRowWords, words - start) << (8 - laneLog2);
    const cell: usize = (<usize>start) << (8 - laneLog2);
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      const x = lane / channels;
      if (x >= outWidth) break;
      if (!cut(y, x * stride, height, width, windowH, windowW)) continue;
      const pixel = (<usize>picture * height + y) * rowLanes + <usize>(x * stride * channels + (lane % channels));
      look(pictures, pixel, rowLanes, channels, laneLog2);
      const value: i64 = isMax != 0 ? greatest : scaled(<i32>total, scale, shift);
      storeLane(out, laneLog2, cell + lane, saturated(value, laneLog2));
    }
  }
}

/** See `PoolGradient.sol`. */
export function poolGradient(
  out: usize,
  words: u32,
  pictures: usize,
  count: u32,
  height: u32,
  width: u32,
  channels: u32,
  rowLog2: u32,
  laneLog2: u32,
  windowH: u32,
  windowW: u32,
  stride: u32,
  outHeight: u32,
  outWidth: u32,
  outRowLog2: u32,
  isMax: u32,
  scale: i32,
  shift: u32,
  errors: usize,
): void {
  memory.fill(out, 0, (<usize>words) << 5);
  if (height == 0 || channels == 0 || stride == 0) return;
  const rowWords: u32 = 1 << rowLog2;
  const rowLanes: usize = (<usize>1) << (rowLog2 + 8 - laneLog2);
  const errorLanes: usize = (<usize>1) << (outRowLog2 + 8 - laneLog2);
  for (let row: u32 = 0, start: u32 = 0; start < words; ++row, start += rowWords) {
    const picture = row / height;
    if (picture >= count) return;
    const y = row % height;
    const outY = y / stride;
    if (outY >= outHeight) continue;
    const lanes: u32 = min(rowWords, words - start) << (8 - laneLog2);
    const cell: usize = (<usize>start) << (8 - laneLog2);
    for (let lane: u32 = 0; lane < lanes; ++lane) {
      const x = lane / channels;
      if (x >= width) break;
      const outX = x / stride;
      if (outX >= outWidth || !cut(outY * stride, outX * stride, height, width, windowH, windowW)) continue;
      const below = y - outY * stride;
      const beside = x - outX * stride;
      if (below >= windowHeight || beside >= windowWidth) continue;
      const channel = lane % channels;
      const errorAt = (<usize>picture * outHeight + outY) * errorLanes + <usize>(outX * channels + channel);
      let value = loadLane(errors, laneLog2, errorAt);
      if (isMax != 0) {
        const pixel =
          (<usize>picture * height + outY * stride) * rowLanes + <usize>(outX * stride * channels + channel);
        look(pictures, pixel, rowLanes, channels, laneLog2);
        if (place != below * windowWidth + beside) continue;
      } else value = saturated(scaled(<i32>value, scale, shift), laneLog2);
      storeLane(out, laneLog2, cell + lane, value);
    }
  }
}

// ─── SUM ───

/** See `Sum.sol`. `addend` is 0 if there is none. */
export function sum(
  out: usize,
  words: u32,
  operand: usize,
  rows: u32,
  columns: u32,
  rowLog2: u32,
  inLog2: u32,
  outLog2: u32,
  scale: i32,
  shift: u32,
  isColumns: u32,
  group: u32,
  outRowLog2: u32,
  addend: usize,
): void {
  const lanes: usize = (<usize>words) << (8 - outLog2);
  const rowLanes: usize = (<usize>1) << (rowLog2 + 8 - inLog2);
  const outRowLanes: usize = (<usize>1) << (outRowLog2 + 8 - outLog2);
  for (let lane: usize = 0; lane < lanes; ++lane) {
    let value: i64 = 0;
    if (isColumns == 0) {
      if (lane < <usize>rows)
        for (let c: usize = 0; c < <usize>columns; ++c) value += loadLane(operand, inLog2, lane * rowLanes + c);
    } else {
      const column: usize = lane % outRowLanes;
      const first: usize = (lane / outRowLanes) * <usize>group;
      if (column < <usize>columns)
        for (let row = first; row < min<usize>(rows, first + group); ++row)
          value += loadLane(operand, inLog2, row * rowLanes + column);
    }
    value = scaled(<i32>value, scale, shift);
    if (addend != 0) value += loadLane(addend, outLog2, lane);
    storeLane(out, outLog2, lane, saturated(value, outLog2));
  }
}
