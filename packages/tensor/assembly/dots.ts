/** Dot products of int8 rows. Lengths are multiples of 8, as all padded rows are; sums wrap to 32 bits. */

const SUMS = memory.data(8 * 4, 16);

/** Sum `i` of the last `eightDots`. */
export function sumAt(i: usize): i32 {
  return load<i32>(SUMS + (i << 2));
}

function fold(a: v128, b: v128, c: v128, d: v128): v128 {
  // Transposes four vectors of partial sums and adds them up: lane i is the total of vector i.
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7));
}

/** Two rows, at `a0` and `a1`, with four, from `b` on and `pitch` apart: sums 0 to 3 are of `a0`, 4 to 7 of `a1`. */
export function eightDots(a0: usize, a1: usize, b: usize, pitch: usize, length: usize): void {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  let t0 = i32x4.splat(0);
  let t1 = i32x4.splat(0);
  let t2 = i32x4.splat(0);
  let t3 = i32x4.splat(0);
  const b1 = b + pitch;
  const b2 = b1 + pitch;
  const b3 = b2 + pitch;
  for (let k: usize = 0; k < length; k += 8) {
    const x = v128.load_ext<i8>(a0 + k);
    const y = v128.load_ext<i8>(a1 + k);
    let w = v128.load_ext<i8>(b + k);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, w));
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(y, w));
    w = v128.load_ext<i8>(b1 + k);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, w));
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(y, w));
    w = v128.load_ext<i8>(b2 + k);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, w));
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(y, w));
    w = v128.load_ext<i8>(b3 + k);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, w));
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(y, w));
  }
  v128.store(SUMS, fold(s0, s1, s2, s3));
  v128.store(SUMS + 16, fold(t0, t1, t2, t3));
}

export function oneDot(a: usize, b: usize, length: usize): i32 {
  let sum = i32x4.splat(0);
  for (let k: usize = 0; k < length; k += 8)
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + k), v128.load_ext<i8>(b + k)));
  return total(sum);
}

/** Of `length` lanes, which need not be a multiple of anything; up to seven bytes after them are read and ignored. */
export function runDot(a: usize, b: usize, length: usize): i32 {
  let sum = i32x4.splat(0);
  let k: usize = 0;
  for (; k + 8 <= length; k += 8)
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + k), v128.load_ext<i8>(b + k)));
  if (k < length) {
    const bits: u64 = load<u64>(a + k) & (((<u64>1) << ((<u64>(length - k)) << 3)) - 1);
    const x = i16x8.extend_low_i8x16_s(i64x2.splat(<i64>bits));
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(b + k)));
  }
  return total(sum);
}

function total(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}
