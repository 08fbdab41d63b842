import { keccak64, keccakWords } from "../../tensor/assembly/keccak";

/** Bytes of a hash. */
const HASH: usize = 32;
const PAIR = memory.data(64, 8);

/** First byte of memory that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base;
}

/** Hashes `count` leaves of `size` bytes each, twice, into 32 bytes each; `size` is a multiple of 8. */
export function hashLeaves(leaves: usize, size: usize, hashes: usize, count: usize): void {
  for (let i: usize = 0; i < count; ++i) {
    const hash = hashes + i * HASH;
    keccakWords(leaves + i * size, size, hash);
    keccakWords(hash, HASH, hash);
  }
}

/**
 * Fills the inner branches of a complete binary tree with `count` leaves. Branch i is at byte 32·i and has the children
 * 2i + 1 and 2i + 2; an inner branch hashes its children in ascending order.
 */
export function hashBranches(branches: usize, count: usize): void {
  for (let i = count - 1; i-- > 0;) {
    const left = branches + (2 * i + 1) * HASH;
    hashPair(left, left + HASH, branches + i * HASH);
  }
}

/** Hashes two hashes in ascending order. */
export function hashPair(a: usize, b: usize, output: usize): void {
  const isAscending = isAtMost(a, b);
  memory.copy(PAIR, isAscending ? a : b, HASH);
  memory.copy(PAIR + HASH, isAscending ? b : a, HASH);
  keccak64(PAIR, output);
}

/** Whether hash `a` is at most hash `b`, as big-endian numbers. */
function isAtMost(a: usize, b: usize): bool {
  for (let i: usize = 0; i < HASH; i += 8) {
    const x = bswap<u64>(load<u64>(a + i));
    const y = bswap<u64>(load<u64>(b + i));
    if (x !== y) return x < y;
  }
  return true;
}
