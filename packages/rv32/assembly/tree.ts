import { hashLevel, keccak64 } from "./keccak";
import { dirty, guest, nodes, PAGE_BITS, PAGE_LEVELS, pages, scratch, touched, worklist } from "./layout";

const HASH_BITS: usize = 5;

/** Makes the tree that of a memory of zeros. */
export function clearTree(): void {
  // The root of an empty page, then of ever larger empty parts.
  memory.fill(scratch, 0, 1 << HASH_BITS);
  memory.fill(scratch + 32, 0, 1 << HASH_BITS);
  for (let level: u32 = 0; level < PAGE_LEVELS; ++level) climb();
  for (let first = pages; first !== 0; first >>= 1) {
    for (let node = first; node < first << 1; ++node) memory.copy(nodes + ((<usize>node) << HASH_BITS), scratch, 32);
    climb();
  }
}

/** Two equal nodes at `scratch` become their parent, twice. */
function climb(): void {
  keccak64(scratch, scratch);
  memory.copy(scratch + 32, scratch, 32);
}

/**
 * Brings the tree up to date with the guest's memory: hashes the pages that changed, and what is above them.
 * @returns how many pages had changed
 */
export function updateTree(): u32 {
  let count: u32 = 0;
  for (let page: u32 = 0; page < pages; ++page) {
    if (load<u8>(dirty + page) === 0) continue;
    store<u8>(dirty + page, 0);
    store<u8>(touched + page, 1);
    hashPage(page);
    const node = pages + page;
    memory.copy(nodes + ((<usize>node) << HASH_BITS), scratch, 32);
    store<u32>(worklist + ((<usize>count) << 2), node);
    ++count;
  }
  const changed = count;
  // Nodes of one height stand in order, so the children of one parent are neighbours.
  for (let width = pages; width > 1; width >>= 1) {
    let parents: u32 = 0;
    let last: u32 = 0;
    for (let i: u32 = 0; i < count; ++i) {
      const parent = load<u32>(worklist + ((<usize>i) << 2)) >> 1;
      if (parent === last) continue;
      last = parent;
      keccak64(nodes + ((<usize>parent) << 6), nodes + ((<usize>parent) << HASH_BITS));
      store<u32>(worklist + ((<usize>parents) << 2), parent);
      ++parents;
    }
    count = parents;
  }
  return changed;
}

/** Hashes a page level by level, its root to `scratch`; below it every level, for proofs: see `pageLevel`. */
export function hashPage(page: u32): void {
  hashLevel(guest + ((<usize>page) << PAGE_BITS), scratch, 1 << (PAGE_LEVELS - 1));
  // A parent is written where its first child was read, or before.
  for (let pairs: usize = 1 << (PAGE_LEVELS - 2); pairs !== 0; pairs >>= 1) hashLevel(scratch, scratch, pairs);
}
