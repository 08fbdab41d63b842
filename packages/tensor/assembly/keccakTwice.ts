import { keccak64, ROUND_CONSTANTS } from "./keccak";

/** Two Keccak-256 of 64 bytes at once, a lane of each vector for each: neighbours in a trace tree. */

const ROUNDS: usize = 24;

/** The numbers at `at` and 64 bytes on. */
function pair(at: usize): v128 {
  return v128.load64_lane(at + 64, v128.load64_zero(at), 1);
}

function rotated(value: v128, by: i32): v128 {
  return v128.or(i64x2.shl(value, by), i64x2.shr_u(value, 64 - by));
}

/** Hashes the 64 bytes at `input`, and the 64 after them, into the 64 bytes at `output`. */
function keccak64Twice(input: usize, output: usize): void {
  let a0 = pair(input);
  let a1 = pair(input + 8);
  let a2 = pair(input + 16);
  let a3 = pair(input + 24);
  let a4 = pair(input + 32);
  let a5 = pair(input + 40);
  let a6 = pair(input + 48);
  let a7 = pair(input + 56);
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
  for (let round: usize = 0; round < ROUNDS; ++round) {
    // θ
    const c0 = v128.xor(v128.xor(v128.xor(v128.xor(a0, a5), a10), a15), a20);
    const c1 = v128.xor(v128.xor(v128.xor(v128.xor(a1, a6), a11), a16), a21);
    const c2 = v128.xor(v128.xor(v128.xor(v128.xor(a2, a7), a12), a17), a22);
    const c3 = v128.xor(v128.xor(v128.xor(v128.xor(a3, a8), a13), a18), a23);
    const c4 = v128.xor(v128.xor(v128.xor(v128.xor(a4, a9), a14), a19), a24);
    const d0 = v128.xor(c4, rotated(c1, 1));
    const d1 = v128.xor(c0, rotated(c2, 1));
    const d2 = v128.xor(c1, rotated(c3, 1));
    const d3 = v128.xor(c2, rotated(c4, 1));
    const d4 = v128.xor(c3, rotated(c0, 1));
    // ρ and π
    const b0 = v128.xor(a0, d0);
    const b16 = rotated(v128.xor(a5, d0), 36);
    const b7 = rotated(v128.xor(a10, d0), 3);
    const b23 = rotated(v128.xor(a15, d0), 41);
    const b14 = rotated(v128.xor(a20, d0), 18);
    const b10 = rotated(v128.xor(a1, d1), 1);
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
  store<u64>(output, i64x2.extract_lane(a0, 0));
  store<u64>(output, i64x2.extract_lane(a0, 1), 32);
  store<u64>(output, i64x2.extract_lane(a1, 0), 8);
  store<u64>(output, i64x2.extract_lane(a1, 1), 40);
  store<u64>(output, i64x2.extract_lane(a2, 0), 16);
  store<u64>(output, i64x2.extract_lane(a2, 1), 48);
  store<u64>(output, i64x2.extract_lane(a3, 0), 24);
  store<u64>(output, i64x2.extract_lane(a3, 1), 56);
}

/**
 * Hashes `pairs` neighbours of one level of a tree into the next, two at a time. A level may end in half a pair: what
 * follows it must hold the root of an empty subtree of its height.
 */
export function hashLevel(nodes: usize, parents: usize, pairs: usize): void {
  let i: usize = 0;
  for (; i + 2 <= pairs; i += 2) keccak64Twice(nodes + (i << 6), parents + (i << 5));
  if (i < pairs) keccak64(nodes + (i << 6), parents + (i << 5));
}
