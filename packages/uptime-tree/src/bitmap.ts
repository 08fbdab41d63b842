/** A bitmap with the bits 0 to `slots - 1` set. */
export function allSlots(slots: number): bigint {
  return (1n << BigInt(slots)) - 1n;
}

/** Number of slots that are up. */
export function countUp(bitmap: bigint): number {
  let count = 0;
  for (let rest = bitmap; rest !== 0n; rest >>= 32n) count += popcount32(Number(rest & 0xffffffffn));
  return count;
}

/**
 * The slots that at least `threshold` of the bitmaps have up. Counters are bit-sliced: slice k holds bit k of every
 * slot's count, so all slots are counted at once.
 */
export function slotsSeenBy(bitmaps: readonly bigint[], threshold: number, slots: number): bigint {
  const mask = allSlots(slots);
  if (threshold <= 0) return mask;
  const slices: bigint[] = [];
  for (const bitmap of bitmaps) {
    let carry = bitmap & mask;
    for (let k = 0; carry !== 0n; k++) {
      const slice = slices[k] ?? 0n;
      slices[k] = slice ^ carry;
      carry &= slice;
    }
  }
  if (threshold >= 2 ** slices.length) return 0n;
  // From the highest bit down: equal so far, or greater already.
  let greater = 0n;
  let equal = mask;
  for (let k = slices.length - 1; k >= 0; k--) {
    const slice = slices[k] ?? 0n;
    if (((threshold >> k) & 1) === 1) {
      equal &= slice;
    } else {
      greater |= equal & slice;
      equal &= ~slice;
    }
  }
  return greater | equal;
}

function popcount32(word: number): number {
  let x = word;
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}
