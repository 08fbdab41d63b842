import { keccak64, ROUND_CONSTANTS } from "./keccak";

/** Two Keccak-256 of 64 bytes at once, a lane of each vector for each: neighbours in a trace tree. */

/** Rounds but for the last, of which only the first row is wanted. */
const WHOLE_ROUNDS: usize = 23;

/** Pairs that are looked through at a time: they stay in the nearest cache. */
const BLOCK: usize = 256;

/** The numbers at two places. */
function pair(first: usize, second: usize): v128 {
  return v128.load64_lane(second, v128.load64_zero(first), 1);
}

function rotated(value: v128, by: i32): v128 {
  return v128.or(i64x2.shl(value, by), i64x2.shr_u(value, 64 - by));
}

/** Rotated by one: additions have more units to run on than shifts. */
function doubled(value: v128): v128 {
  return v128.or(i64x2.add(value, value), i64x2.shr_u(value, 63));
}

/** Hashes the 64 bytes at `first` into the 32 at `firstHash`, and as many at `second` into those at `secondHash`. */
function keccak64Twice(first: usize, firstHash: usize, second: usize, secondHash: usize): void {
  let a0 = pair(first, second);
  let a1 = pair(first + 8, second + 8);
  let a2 = pair(first + 16, second + 16);
  let a3 = pair(first + 24, second + 24);
  let a4 = pair(first + 32, second + 32);
  let a5 = pair(first + 40, second + 40);
  let a6 = pair(first + 48, second + 48);
  let a7 = pair(first + 56, second + 56);
  // Padding of the only block, whose rate is 136 bytes: a one after the message, a one at the end.
  let a8 = i64x2.splat(1);
  let a16 = i64x2.splat(0x8000000000000000);
  let a9 = i64x2.splat(0);
  let a10 = i64x2.splat(0);
  let a11 = i64x2.splat(0);
  let a12 = i64x2.splat(0);
  let a13 = i64x2.splat(0);
  let a14 = i64x2.splat(0);
  let a15 = i64x2.splat(0);
  let a17 = i64x2.splat(0);
  let a18 = i64x2.splat(0);
  let a19 = i64x2.splat(0);
  let a20 = i64x2.splat(0);
  let a21 = i64x2.splat(0);
  let a22 = i64x2.splat(0);
  let a23 = i64x2.splat(0);
  let a24 = i64x2.splat(0);
  for (let round: usize = 0; round < WHOLE_ROUNDS; ++round) {
    // θ
    const c0 = v128.xor(v128.xor(v128.xor(v128.xor(a0, a5), a10), a15), a20);
    const c1 = v128.xor(v128.xor(v128.xor(v128.xor(a1, a6), a11), a16), a21);
    const c2 = v128.xor(v128.xor(v128.xor(v128.xor(a2, a7), a12), a17), a22);
    const c3 = v128.xor(v128.xor(v128.xor(v128.xor(a3, a8), a13), a18), a23);
    const c4 = v128.xor(v128.xor(v128.xor(v128.xor(a4, a9), a14), a19), a24);
    const d0 = v128.xor(c4, doubled(c1));
    const d1 = v128.xor(c0, doubled(c2));
    const d2 = v128.xor(c1, doubled(c3));
    const d3 = v128.xor(c2, doubled(c4));
    const d4 = v128.xor(c3, doubled(c0));
    // ρ and π
    const b0 = v128.xor(a0, d0);
    const b16 = rotated(v128.xor(a5, d0), 36);
    const b7 = rotated(v128.xor(a10, d0), 3);
    const b23 = rotated(v128.xor(a15, d0), 41);
    const b14 = rotated(v128.xor(a20, d0), 18);
    const b10 = doubled(v128.xor(a1, d1));
    const b1 = rotated(v128.xor(a6, d1), 44);
    const b17 = rotated(v128.xor(a11, d1), 10);
    const b8 = rotated(v128.xor(a16, d1), 45);
    const b24 = rotated(v128.xor(a21, d1), 2);
    const b20 = rotated(v128.xor(a2, d2), 62);
    const b11 = rotated(v128.xor(a7, d2), 6);
    const b2 = rotated(v128.xor(a12, d2), 43);
    const b18 = rotated(v128.xor(a17, d2), 15);
    const b9 = rotated(v128.xor(a22, d2), 61);
    const b5 = rotated(v128.xor(a3, d3), 28);
    const b21 = rotated(v128.xor(a8, d3), 55);
    const b12 = rotated(v128.xor(a13, d3), 25);
    const b3 = rotated(v128.xor(a18, d3), 21);
    const b19 = rotated(v128.xor(a23, d3), 56);
    const b15 = rotated(v128.xor(a4, d4), 27);
    const b6 = rotated(v128.xor(a9, d4), 20);
    const b22 = rotated(v128.xor(a14, d4), 39);
    const b13 = rotated(v128.xor(a19, d4), 8);
    const b4 = rotated(v128.xor(a24, d4), 14);
    // χ and ι
    a0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(ROUND_CONSTANTS + (round << 3)));
    a1 = v128.xor(b1, v128.andnot(b3, b2));
    a2 = v128.xor(b2, v128.andnot(b4, b3));
    a3 = v128.xor(b3, v128.andnot(b0, b4));
    a4 = v128.xor(b4, v128.andnot(b1, b0));
    a5 = v128.xor(b5, v128.andnot(b7, b6));
    a6 = v128.xor(b6, v128.andnot(b8, b7));
    a7 = v128.xor(b7, v128.andnot(b9, b8));
    a8 = v128.xor(b8, v128.andnot(b5, b9));
    a9 = v128.xor(b9, v128.andnot(b6, b5));
    a10 = v128.xor(b10, v128.andnot(b12, b11));
    a11 = v128.xor(b11, v128.andnot(b13, b12));
    a12 = v128.xor(b12, v128.andnot(b14, b13));
    a13 = v128.xor(b13, v128.andnot(b10, b14));
    a14 = v128.xor(b14, v128.andnot(b11, b10));
    a15 = v128.xor(b15, v128.andnot(b17, b16));
    a16 = v128.xor(b16, v128.andnot(b18, b17));
    a17 = v128.xor(b17, v128.andnot(b19, b18));
    a18 = v128.xor(b18, v128.andnot(b15, b19));
    a19 = v128.xor(b19, v128.andnot(b16, b15));
    a20 = v128.xor(b20, v128.andnot(b22, b21));
    a21 = v128.xor(b21, v128.andnot(b23, b22));
    a22 = v128.xor(b22, v128.andnot(b24, b23));
    a23 = v128.xor(b23, v128.andnot(b20, b24));
    a24 = v128.xor(b24, v128.andnot(b21, b20));
  }
  const c0 = v128.xor(v128.xor(v128.xor(v128.xor(a0, a5), a10), a15), a20);
  const c1 = v128.xor(v128.xor(v128.xor(v128.xor(a1, a6), a11), a16), a21);
  const c2 = v128.xor(v128.xor(v128.xor(v128.xor(a2, a7), a12), a17), a22);
  const c3 = v128.xor(v128.xor(v128.xor(v128.xor(a3, a8), a13), a18), a23);
  const c4 = v128.xor(v128.xor(v128.xor(v128.xor(a4, a9), a14), a19), a24);
  const b0 = v128.xor(a0, v128.xor(c4, doubled(c1)));
  const b1 = rotated(v128.xor(a6, v128.xor(c0, doubled(c2))), 44);
  const b2 = rotated(v128.xor(a12, v128.xor(c1, doubled(c3))), 43);
  const b3 = rotated(v128.xor(a18, v128.xor(c2, doubled(c4))), 21);
  const b4 = rotated(v128.xor(a24, v128.xor(c3, doubled(c0))), 14);
  a0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(ROUND_CONSTANTS + (WHOLE_ROUNDS << 3)));
  a1 = v128.xor(b1, v128.andnot(b3, b2));
  a2 = v128.xor(b2, v128.andnot(b4, b3));
  a3 = v128.xor(b3, v128.andnot(b0, b4));
  store<u64>(firstHash, i64x2.extract_lane(a0, 0));
  store<u64>(firstHash, i64x2.extract_lane(a1, 0), 8);
  store<u64>(firstHash, i64x2.extract_lane(a2, 0), 16);
  store<u64>(firstHash, i64x2.extract_lane(a3, 0), 24);
  store<u64>(secondHash, i64x2.extract_lane(a0, 1));
  store<u64>(secondHash, i64x2.extract_lane(a1, 1), 8);
  store<u64>(secondHash, i64x2.extract_lane(a2, 1), 16);
  store<u64>(secondHash, i64x2.extract_lane(a3, 1), 24);
}

/** Whether the 64 bytes at two places are the same. */
function isSame(a: usize, b: usize): bool {
  const low = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16)));
  const high = v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48)));
  return !v128.any_true(v128.or(low, high));
}

/**
 * Hashes `pairs` neighbours of one level of a tree into the next, two at a time, and a pair that equals the one before it
 * not at all: padding and constant rows. A level may end in half a pair: what follows it must hold the root of an empty
 * subtree of its height.
 */
export function hashLevel(nodes: usize, parents: usize, pairs: usize): void {
  for (let from: usize = 0; from < pairs; from += BLOCK) hashBlock(nodes, parents, from, min(pairs, from + BLOCK));
}

function hashBlock(nodes: usize, parents: usize, from: usize, end: usize): void {
  let waiting = end;
  let repeats = false;
  for (let i = from; i < end; ++i) {
    const at = nodes + (i << 6);
    if (i > 0 && isSame(at - 64, at)) {
      repeats = true;
    } else if (waiting === end) {
      waiting = i;
    } else {
      keccak64Twice(nodes + (waiting << 6), parents + (waiting << 5), at, parents + (i << 5));
      waiting = end;
    }
  }
  if (waiting !== end) keccak64(nodes + (waiting << 6), parents + (waiting << 5));
  if (!repeats) return;
  for (let i = max<usize>(from, 1); i < end; ++i) {
    const at = nodes + (i << 6);
    if (isSame(at - 64, at)) memory.copy(parents + (i << 5), parents + ((i - 1) << 5), 32);
  }
}
