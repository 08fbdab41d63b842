import { keccakWords, RATE, ROUND_CONSTANTS, ROUNDS } from "./keccak";

/** Two Keccak-256 at once, a lane of each vector for each: inner nodes over two children, or leaves over eight words. */

/** Bytes of a state: 25 vectors, more than there are registers. */
const STATE_BYTES: usize = 400;

/** Rounds read one state and write the other; blocks of messages are taken into the first. */
const EVEN = memory.data(400, 16);
const ODD = memory.data(400, 16);

/** Where the last block's padding ends. */
const LAST_PAD_AT: usize = (RATE - 8) << 1;

/** The last round, of which only the first row is wanted of a hash. */
const LAST_ROUND: usize = ROUNDS - 1;

/** Bytes of what is hashed, as logarithms: two children, and the words of a leaf. */
const PAIR_LOG2: usize = 6;
const LEAF_LOG2: usize = 8;

/** Bytes of messages that are looked through at a time, as a logarithm: they stay in the nearest cache. */
const BLOCK_LOG2: usize = 14;

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

/** Padding: a one after the message, and a one at the end of its last block. */
function firstPad(): v128 {
  return i64x2.splat(1);
}

function lastPad(): v128 {
  return i64x2.splat(0x8000000000000000);
}

/** Zeroes the state from a byte on. */
function clear(from: usize): void {
  for (; from < STATE_BYTES; from += 16) v128.store(EVEN + from, i64x2.splat(0));
}

function flip(at: usize, bits: v128): void {
  v128.store(at, v128.xor(v128.load(at), bits));
}

/** Takes the next block of two messages into the state, or the `rest` of them with the padding. */
function absorb(first: usize, second: usize, rest: usize): void {
  const end = min(rest, RATE);
  for (let i: usize = 0; i < end; i += 8) flip(EVEN + (i << 1), pair(first + i, second + i));
  if (rest >= RATE) return;
  flip(EVEN + (rest << 1), firstPad());
  flip(EVEN + LAST_PAD_AT, lastPad());
}

/** The parity of a column of the state. */
function parity(column: usize): v128 {
  const upper = v128.xor(v128.load(column), v128.load(column, 80));
  const lower = v128.xor(v128.load(column, 160), v128.load(column, 240));
  return v128.xor(v128.xor(upper, lower), v128.load(column, 320));
}

/** Hashes the `bytes` at `first` into the 32 at `firstHash`, and as many at `second` into those at `secondHash`. */
function hashTwice(first: usize, firstHash: usize, second: usize, secondHash: usize, bytes: usize): void {
  const isPair = bytes === 1 << PAIR_LOG2;
  let from = EVEN;
  let to = ODD;
  // The columns' parities of the state that is read next.
  let c0 = i64x2.splat(0);
  let c1 = i64x2.splat(0);
  let c2 = i64x2.splat(0);
  let c3 = i64x2.splat(0);
  let c4 = i64x2.splat(0);
  if (isPair) {
    // One block, and most of the state is zero: by hand, for this is most of what is hashed.
    const a0 = pair(first + 0, second + 0);
    const a1 = pair(first + 8, second + 8);
    const a2 = pair(first + 16, second + 16);
    const a3 = pair(first + 24, second + 24);
    const a4 = pair(first + 32, second + 32);
    const a5 = pair(first + 40, second + 40);
    const a6 = pair(first + 48, second + 48);
    const a7 = pair(first + 56, second + 56);
    const a8 = firstPad();
    const a16 = lastPad();
    v128.store(EVEN, a0, 0);
    v128.store(EVEN, a1, 16);
    v128.store(EVEN, a2, 32);
    v128.store(EVEN, a3, 48);
    v128.store(EVEN, a4, 64);
    v128.store(EVEN, a5, 80);
    v128.store(EVEN, a6, 96);
    v128.store(EVEN, a7, 112);
    v128.store(EVEN, a8, 128);
    clear(144);
    v128.store(EVEN, a16, LAST_PAD_AT);
    c0 = v128.xor(a0, a5);
    c1 = v128.xor(v128.xor(a1, a6), a16);
    c2 = v128.xor(a2, a7);
    c3 = v128.xor(a3, a8);
    c4 = a4;
  } else clear(0);
  for (let rest = bytes; ; rest -= RATE) {
    if (!isPair) {
      const taken = bytes - rest;
      absorb(first + taken, second + taken, rest);
      c0 = parity(EVEN);
      c1 = parity(EVEN + 16);
      c2 = parity(EVEN + 32);
      c3 = parity(EVEN + 48);
      c4 = parity(EVEN + 64);
    }
    const rounds = rest < RATE ? LAST_ROUND : ROUNDS;
    for (let round: usize = 0; round < rounds; ++round) {
      const d0 = v128.xor(c4, doubled(c1));
      const d1 = v128.xor(c0, doubled(c2));
      const d2 = v128.xor(c1, doubled(c3));
      const d3 = v128.xor(c2, doubled(c4));
      const d4 = v128.xor(c3, doubled(c0));
      const b0 = v128.xor(v128.load(from, 0), d0);
      const b1 = rotated(v128.xor(v128.load(from, 96), d1), 44);
      const b2 = rotated(v128.xor(v128.load(from, 192), d2), 43);
      const b3 = rotated(v128.xor(v128.load(from, 288), d3), 21);
      const b4 = rotated(v128.xor(v128.load(from, 384), d4), 14);
      const n0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(ROUND_CONSTANTS + (round << 3)));
      v128.store(to, n0, 0);
      c0 = n0;
      const n1 = v128.xor(b1, v128.andnot(b3, b2));
      v128.store(to, n1, 16);
      c1 = n1;
      const n2 = v128.xor(b2, v128.andnot(b4, b3));
      v128.store(to, n2, 32);
      c2 = n2;
      const n3 = v128.xor(b3, v128.andnot(b0, b4));
      v128.store(to, n3, 48);
      c3 = n3;
      const n4 = v128.xor(b4, v128.andnot(b1, b0));
      v128.store(to, n4, 64);
      c4 = n4;
      const b5 = rotated(v128.xor(v128.load(from, 48), d3), 28);
      const b6 = rotated(v128.xor(v128.load(from, 144), d4), 20);
      const b7 = rotated(v128.xor(v128.load(from, 160), d0), 3);
      const b8 = rotated(v128.xor(v128.load(from, 256), d1), 45);
      const b9 = rotated(v128.xor(v128.load(from, 352), d2), 61);
      const n5 = v128.xor(b5, v128.andnot(b7, b6));
      v128.store(to, n5, 80);
      c0 = v128.xor(c0, n5);
      const n6 = v128.xor(b6, v128.andnot(b8, b7));
      v128.store(to, n6, 96);
      c1 = v128.xor(c1, n6);
      const n7 = v128.xor(b7, v128.andnot(b9, b8));
      v128.store(to, n7, 112);
      c2 = v128.xor(c2, n7);
      const n8 = v128.xor(b8, v128.andnot(b5, b9));
      v128.store(to, n8, 128);
      c3 = v128.xor(c3, n8);
      const n9 = v128.xor(b9, v128.andnot(b6, b5));
      v128.store(to, n9, 144);
      c4 = v128.xor(c4, n9);
      const b10 = doubled(v128.xor(v128.load(from, 16), d1));
      const b11 = rotated(v128.xor(v128.load(from, 112), d2), 6);
      const b12 = rotated(v128.xor(v128.load(from, 208), d3), 25);
      const b13 = rotated(v128.xor(v128.load(from, 304), d4), 8);
      const b14 = rotated(v128.xor(v128.load(from, 320), d0), 18);
      const n10 = v128.xor(b10, v128.andnot(b12, b11));
      v128.store(to, n10, 160);
      c0 = v128.xor(c0, n10);
      const n11 = v128.xor(b11, v128.andnot(b13, b12));
      v128.store(to, n11, 176);
      c1 = v128.xor(c1, n11);
      const n12 = v128.xor(b12, v128.andnot(b14, b13));
      v128.store(to, n12, 192);
      c2 = v128.xor(c2, n12);
      const n13 = v128.xor(b13, v128.andnot(b10, b14));
      v128.store(to, n13, 208);
      c3 = v128.xor(c3, n13);
      const n14 = v128.xor(b14, v128.andnot(b11, b10));
      v128.store(to, n14, 224);
      c4 = v128.xor(c4, n14);
      const b15 = rotated(v128.xor(v128.load(from, 64), d4), 27);
      const b16 = rotated(v128.xor(v128.load(from, 80), d0), 36);
      const b17 = rotated(v128.xor(v128.load(from, 176), d1), 10);
      const b18 = rotated(v128.xor(v128.load(from, 272), d2), 15);
      const b19 = rotated(v128.xor(v128.load(from, 368), d3), 56);
      const n15 = v128.xor(b15, v128.andnot(b17, b16));
      v128.store(to, n15, 240);
      c0 = v128.xor(c0, n15);
      const n16 = v128.xor(b16, v128.andnot(b18, b17));
      v128.store(to, n16, 256);
      c1 = v128.xor(c1, n16);
      const n17 = v128.xor(b17, v128.andnot(b19, b18));
      v128.store(to, n17, 272);
      c2 = v128.xor(c2, n17);
      const n18 = v128.xor(b18, v128.andnot(b15, b19));
      v128.store(to, n18, 288);
      c3 = v128.xor(c3, n18);
      const n19 = v128.xor(b19, v128.andnot(b16, b15));
      v128.store(to, n19, 304);
      c4 = v128.xor(c4, n19);
      const b20 = rotated(v128.xor(v128.load(from, 32), d2), 62);
      const b21 = rotated(v128.xor(v128.load(from, 128), d3), 55);
      const b22 = rotated(v128.xor(v128.load(from, 224), d4), 39);
      const b23 = rotated(v128.xor(v128.load(from, 240), d0), 41);
      const b24 = rotated(v128.xor(v128.load(from, 336), d1), 2);
      const n20 = v128.xor(b20, v128.andnot(b22, b21));
      v128.store(to, n20, 320);
      c0 = v128.xor(c0, n20);
      const n21 = v128.xor(b21, v128.andnot(b23, b22));
      v128.store(to, n21, 336);
      c1 = v128.xor(c1, n21);
      const n22 = v128.xor(b22, v128.andnot(b24, b23));
      v128.store(to, n22, 352);
      c2 = v128.xor(c2, n22);
      const n23 = v128.xor(b23, v128.andnot(b20, b24));
      v128.store(to, n23, 368);
      c3 = v128.xor(c3, n23);
      const n24 = v128.xor(b24, v128.andnot(b21, b20));
      v128.store(to, n24, 384);
      c4 = v128.xor(c4, n24);
      const swapped = from;
      from = to;
      to = swapped;
    }
    if (rounds === LAST_ROUND) break;
  }
  const d0 = v128.xor(c4, doubled(c1));
  const d1 = v128.xor(c0, doubled(c2));
  const d2 = v128.xor(c1, doubled(c3));
  const d3 = v128.xor(c2, doubled(c4));
  const d4 = v128.xor(c3, doubled(c0));
  const b0 = v128.xor(v128.load(from, 0), d0);
  const b1 = rotated(v128.xor(v128.load(from, 96), d1), 44);
  const b2 = rotated(v128.xor(v128.load(from, 192), d2), 43);
  const b3 = rotated(v128.xor(v128.load(from, 288), d3), 21);
  const b4 = rotated(v128.xor(v128.load(from, 384), d4), 14);
  const h0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(ROUND_CONSTANTS + (LAST_ROUND << 3)));
  const h1 = v128.xor(b1, v128.andnot(b3, b2));
  const h2 = v128.xor(b2, v128.andnot(b4, b3));
  const h3 = v128.xor(b3, v128.andnot(b0, b4));
  store<u64>(firstHash, i64x2.extract_lane(h0, 0), 0);
  store<u64>(firstHash, i64x2.extract_lane(h1, 0), 8);
  store<u64>(firstHash, i64x2.extract_lane(h2, 0), 16);
  store<u64>(firstHash, i64x2.extract_lane(h3, 0), 24);
  store<u64>(secondHash, i64x2.extract_lane(h0, 1), 0);
  store<u64>(secondHash, i64x2.extract_lane(h1, 1), 8);
  store<u64>(secondHash, i64x2.extract_lane(h2, 1), 16);
  store<u64>(secondHash, i64x2.extract_lane(h3, 1), 24);
}

/** Whether the bytes at two places, a multiple of 64, are the same. */
function isSame(a: usize, b: usize, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i += 64, a += 64, b += 64) {
    const low = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16)));
    const high = v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48)));
    if (v128.any_true(v128.or(low, high))) return false;
  }
  return true;
}

/**
 * Hashes `count` messages that lie one after another, each of 2^`log2` bytes, two at a time, and one that equals the one
 * before it not at all: padding and constant rows.
 */
function hashEach(messages: usize, hashes: usize, count: usize, log2: usize): void {
  const step: usize = 1 << (BLOCK_LOG2 - log2);
  for (let from: usize = 0; from < count; from += step)
    hashBlock(messages, hashes, from, min(count, from + step), log2);
}

function hashBlock(messages: usize, hashes: usize, from: usize, end: usize, log2: usize): void {
  const bytes: usize = 1 << log2;
  let waiting = end;
  let repeats = false;
  for (let i = from; i < end; ++i) {
    const at = messages + (i << log2);
    if (i > 0 && isSame(at - bytes, at, bytes)) {
      repeats = true;
    } else if (waiting === end) {
      waiting = i;
    } else {
      hashTwice(messages + (waiting << log2), hashes + (waiting << 5), at, hashes + (i << 5), bytes);
      waiting = end;
    }
  }
  if (waiting !== end) keccakWords(messages + (waiting << log2), bytes, hashes + (waiting << 5));
  if (!repeats) return;
  for (let i = max<usize>(from, 1); i < end; ++i) {
    const at = messages + (i << log2);
    if (isSame(at - bytes, at, bytes)) memory.copy(hashes + (i << 5), hashes + ((i - 1) << 5), 32);
  }
}

/**
 * Hashes `pairs` neighbours of one level of a tree into the next. A level may end in half a pair: what follows it must
 * hold the root of an empty subtree of its height.
 */
export function hashLevel(nodes: usize, parents: usize, pairs: usize): void {
  hashEach(nodes, parents, pairs, PAIR_LOG2);
}

/** Hashes words, eight at a time, into the leaves of a tree. */
export function hashLeaves(words: usize, leaves: usize, count: usize): void {
  hashEach(words, leaves, count, LEAF_LOG2);
}
