/** Lanes in memory: big-endian, of 8, 16 or 32 bits (`laneLog2` 3, 4 or 5). */

export function loadLane(base: usize, laneLog2: u32, index: usize): i64 {
  if (laneLog2 == 3) return <i64>load<i8>(base + index);
  if (laneLog2 == 4) return <i64>(<i16>bswap<u16>(load<u16>(base + (index << 1))));
  return <i64>(<i32>bswap<u32>(load<u32>(base + (index << 2))));
}

export function storeLane(base: usize, laneLog2: u32, index: usize, value: i64): void {
  if (laneLog2 == 3) store<u8>(base + index, <u8>value);
  else if (laneLog2 == 4) store<u16>(base + (index << 1), bswap<u16>(<u16>value));
  else store<u32>(base + (index << 2), bswap<u32>(<u32>value));
}

/** `value · scale / 2^shift`, rounded half away from zero; both factors have 32 bits. */
export function scaled(value: i32, scale: i32, shift: u32): i64 {
  return rounded(<i64>value * <i64>scale, shift);
}

/** `value / 2^shift`, rounded half away from zero; |value| is at most 2^62. */
export function rounded(value: i64, shift: u32): i64 {
  if (shift == 0) return value;
  if (shift >= 64) return 0;
  const half: u64 = (<u64>1) << (shift - 1);
  // |value| + half is at most 2^62 + 2^62.
  if (value < 0) return -(<i64>((half + <u64>-value) >> shift));
  return <i64>((<u64>value + half) >> shift);
}

export function saturated(value: i64, laneLog2: u32): i64 {
  const limit: i64 = (<i64>1) << ((1 << laneLog2) - 1);
  return max<i64>(-limit, min<i64>(limit - 1, value));
}
