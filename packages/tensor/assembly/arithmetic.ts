import { loadLane, rounded, saturated, storeLane } from "./lanes";

const ADD: u32 = 0;
const MULTIPLY: u32 = 1;
const MIN: u32 = 2;
const MAX: u32 = 3;
const SELECT: u32 = 4;

/** See `Elementwise.sol`. `rightMask` cuts the index of a lane to the lanes of a row that stands for all. */
export function elementwise(
  out: usize,
  lanes: u32,
  outLog2: u32,
  operation: u32,
  left: usize,
  leftLog2: u32,
  leftScale: i32,
  right: usize,
  rightLog2: u32,
  rightScale: i32,
  rightMask: u32,
  shift: u32,
  relu: u32,
  condition: usize,
): void {
  for (let i: u32 = 0; i < lanes; ++i) {
    const a = loadLane(left, leftLog2, i);
    const b = loadLane(right, rightLog2, i & rightMask);
    let value: i64 = 0;
    if (operation == ADD) value = a * <i64>leftScale + b * <i64>rightScale;
    else if (operation == MULTIPLY) value = <i64>(<i32>(a * b)) * <i64>leftScale;
    else if (operation == MIN) value = min(a, b) * <i64>leftScale;
    else if (operation == MAX) value = max(a, b) * <i64>leftScale;
    else if (operation == SELECT) value = (loadLane(condition, outLog2, i) > 0 ? a : b) * <i64>leftScale;
    value = rounded(value, shift);
    if (relu != 0 && value < 0) value = 0;
    storeLane(out, outLog2, i, saturated(value, outLog2));
  }
}

const SIGNIFICANT_BITS: i64 = 24;

/** Of binary32, as lanes of 32 bits hold it. */
const FLOAT: u32 = 5;
const FRACTION_BITS: u32 = 23;
const UNIT_EXPONENT: u32 = 150;

function roundEven(value: u64, shift: u64): u64 {
  if (shift == 0) return value;
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = (<u64>1) << (shift - 1);
  return rest > half || (rest == half && (quotient & 1) == 1) ? quotient + 1 : quotient;
}

/** The value rounded to 24 significant bits, ties to even. */
function toFloat(value: u64): u64 {
  const spare = 64 - <i64>clz(value) - SIGNIFICANT_BITS;
  return spare <= 0 ? value : roundEven(value, <u64>spare) << spare;
}

/** See `Rescale.sol`. `scales` is 0 if one scale is for all. */
export function rescale(
  out: usize,
  lanes: u32,
  outLog2: u32,
  operand: usize,
  inLog2: u32,
  mantissa: u32,
  shift: u32,
  zero: i32,
  low: i32,
  high: i32,
  scales: usize,
  columnMask: u32,
): void {
  for (let i: usize = 0; i < <usize>lanes; ++i) {
    const value = loadLane(operand, inLog2, i);
    if (scales != 0) {
      const float = <u32>loadLane(scales, FLOAT, i & (<usize>columnMask));
      const exponent = (float >> FRACTION_BITS) & 0xff;
      mantissa = (float & ((1 << FRACTION_BITS) - 1)) | (1 << FRACTION_BITS);
      shift = exponent > UNIT_EXPONENT ? 0 : UNIT_EXPONENT - exponent;
    }
    const product = toFloat(toFloat(<u64>abs(value)) * <u64>mantissa);
    const magnitude: i64 = shift >= 64 ? 0 : <i64>roundEven(product, shift);
    const result = max<i64>(low, (value < 0 ? -magnitude : magnitude) + <i64>zero);
    storeLane(out, outLog2, i, saturated(min<i64>(high, result), outLog2));
  }
}

const INT16: u32 = 4;
const MAX_SHIFT: u32 = 32;

function squareRoot(value: i64): i64 {
  let root = <i64>Math.sqrt(<f64>value);
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

/** See `LayerNorm.sol`; an operand of 8 or 16 bits. */
export function layerNorm(
  out: usize,
  words: u32,
  operand: usize,
  inLog2: u32,
  rowLog2: u32,
  lanes: u32,
  gamma: usize,
  beta: usize,
  epsilon: u32,
  shift: u32,
  outLog2: u32,
  outRowLog2: u32,
): void {
  const outRowWords: u32 = 1 << outRowLog2;
  memory.fill(out, 0, (<usize>words) << 5);
  for (let row: usize = 0, start: u32 = 0; start < words; ++row, start += outRowWords) {
    const x = operand + (row << (rowLog2 + 5));
    let sum: i64 = 0;
    let squares: i64 = 0;
    for (let i: u32 = 0; i < lanes; ++i) {
      const value = loadLane(x, inLog2, i);
      sum += value;
      squares += value * value;
    }
    const n = <i64>lanes;
    const divisor = max<i64>(1, squareRoot(n * squares - sum * sum + <i64>epsilon)) << min<i64>(shift, MAX_SHIFT);
    const half = divisor / 2;
    const columns: u32 = min(lanes, min(outRowWords, words - start) << (8 - outLog2));
    for (let c: u32 = 0; c < columns; ++c) {
      const numerator = (n * loadLane(x, inLog2, c) - sum) * loadLane(gamma, INT16, c);
      let value = (numerator < 0 ? numerator - half : numerator + half) / divisor;
      if (shift > MAX_SHIFT) value = 0;
      storeLane(out + ((<usize>start) << 5), outLog2, c, saturated(value + loadLane(beta, INT16, c), outLog2));
    }
  }
}
