import { eightDots, oneDot, sumAt } from "./dots";
import { loadLane, saturated, scaled, storeLane } from "./lanes";

const RELU: u32 = 1;
const ADDEND: u32 = 2;
const BROADCAST: u32 = 4;
const MASK: u32 = 8;

/** Right rows that are multiplied with all left rows before the next are: so many bytes stay in the nearest cache. */
const BLOCK_BYTES: usize = 16_384;

// What does not change within an operator; globals, because a closure cannot be had here.
let out: usize = 0;
let laneLog2: u32 = 0;
let outRowLanes: usize = 0;
let scale: i32 = 0;
let shift: u32 = 0;
let flags: u32 = 0;
let addend: usize = 0;
let mask: usize = 0;

/**
 * See `MatMul.sol`. Pointers are bytes; computes the words of the result from `from`, which begins a row, up to `words`.
 */
export function matMul(
  result: usize,
  words: u32,
  from: u32,
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
  outRowLanes = (<usize>1) << (outRowLog2 + 8 - laneLog2);
  const lanes: usize = (<usize>words) << (8 - laneLog2);
  const rows: usize = (lanes + outRowLanes - 1) / outRowLanes;
  const firstRow: usize = (<usize>from) >> outRowLog2;
  const dotRows: usize = min<usize>(rows, leftRows);
  // All lanes of whole rows first; a last row that is not whole is rare, and done by itself.
  const wholeRows: usize = min<usize>(dotRows, lanes / outRowLanes);
  const columns: usize = min<usize>(outRowLanes, rightRows);
  const block: usize = max<usize>(4, (BLOCK_BYTES / rowBytes) & ~3);
  for (let first: usize = 0; first < columns; first += block) {
    const last = min<usize>(columns, first + block);
    let row: usize = firstRow;
    for (; row + 2 <= wholeRows; row += 2) twoRows(left + row * rowBytes, right, rowBytes, row, first, last);
    for (; row < wholeRows; ++row) oneRow(left + row * rowBytes, right, rowBytes, row, first, last);
  }
  for (let row: usize = max(firstRow, wholeRows); row < rows; ++row) {
    const rest = min<usize>(outRowLanes, lanes - row * outRowLanes);
    const dots: usize = row < dotRows ? min<usize>(rest, columns) : 0;
    oneRow(left + row * rowBytes, right, rowBytes, row, 0, dots);
    for (let column = dots; column < rest; ++column) finish(0, row, column);
  }
  for (let row: usize = firstRow; row < wholeRows; ++row)
    for (let column = columns; column < outRowLanes; ++column) finish(0, row, column);
}

function twoRows(a: usize, right: usize, rowBytes: usize, row: usize, first: usize, last: usize): void {
  let column = first;
  for (; column + 4 <= last; column += 4) {
    eightDots(a, a + rowBytes, right + column * rowBytes, rowBytes, rowBytes);
    for (let i: usize = 0; i < 4; ++i) {
      finish(sumAt(i), row, column + i);
      finish(sumAt(i + 4), row + 1, column + i);
    }
  }
  for (; column < last; ++column) {
    finish(oneDot(a, right + column * rowBytes, rowBytes), row, column);
    finish(oneDot(a + rowBytes, right + column * rowBytes, rowBytes), row + 1, column);
  }
}

function oneRow(a: usize, right: usize, rowBytes: usize, row: usize, first: usize, last: usize): void {
  let column = first;
  for (; column + 4 <= last; column += 4) {
    eightDots(a, a, right + column * rowBytes, rowBytes, rowBytes);
    for (let i: usize = 0; i < 4; ++i) finish(sumAt(i), row, column + i);
  }
  for (; column < last; ++column) finish(oneDot(a, right + column * rowBytes, rowBytes), row, column);
}

function finish(dot: i32, row: usize, column: usize): void {
  const index = row * outRowLanes + column;
  let value = scaled(dot, scale, shift);
  if ((flags & ADDEND) != 0) value += loadLane(addend, laneLog2, (flags & BROADCAST) != 0 ? column : index);
  if ((flags & MASK) != 0 && loadLane(mask, laneLog2, index) <= 0) value = 0;
  if ((flags & RELU) != 0 && value < 0) value = 0;
  storeLane(out, laneLog2, index, saturated(value, laneLog2));
}
