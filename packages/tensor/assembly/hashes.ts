import { keccak64 } from "./keccak";

/** Two words that are hashed: one, and a counter. */
const BLOCK = memory.data(64, 8);

function setCounter(counter: u64): void {
  store<u64>(BLOCK, bswap<u64>(counter), 56);
}

/** See `Random.sol`; counters below 2^53. */
export function random(out: usize, words: u32, seed: usize, start: f64): void {
  memory.copy(BLOCK, seed, 32);
  for (let i: usize = 0; i < <usize>words; ++i) {
    setCounter(<u64>start + <u64>i);
    keccak64(BLOCK, out + (i << 5));
  }
}

/** See `HashChain.sol`. */
export function hashChain(out: usize, words: u32, seed: usize, rounds: u32): void {
  memory.copy(BLOCK, seed, 32);
  let step: u64 = 0;
  for (let i: usize = 0; i < <usize>words; ++i) {
    for (let round: u32 = 0; round < rounds; ++round) {
      setCounter(step++);
      keccak64(BLOCK, BLOCK);
    }
    memory.copy(out + (i << 5), BLOCK, 32);
  }
}
