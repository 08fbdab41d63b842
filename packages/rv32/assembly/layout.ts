/** Where a machine lies in the module's memory: registers, a byte a page, nodes of the tree, then the guest's bytes. */

/** Pages are the unit of tracking and hashing: 2^12 bytes, 2^7 leaves. */
export const PAGE_BITS: u32 = 12;
export const PAGE_LEVELS: u32 = 7;
const WASM_PAGE_BITS: u32 = 16;

/** x0 … x31. */
export const REGISTERS: usize = memory.data(32 * 4, 16);

/** Guest bytes. */
export let guestBytes: u32 = 0;
export let pages: u32 = 0;
/** A byte a page: whether it changed since the root was last computed. */
export let dirty: usize = 0;
/** A byte a page: whether it changed since the last checkpoint. */
export let touched: usize = 0;
/** Nodes over pages as a heap: the root is number 1, page i is number `pages + i`. */
export let nodes: usize = 0;
/** Room for the indices of dirty pages. */
export let worklist: usize = 0;
/** Room for the hashes within one page: twice its bytes. */
export let scratch: usize = 0;
/** Address of the guest's byte 0. */
export let guest: usize = 0;

/**
 * Takes room for a machine with `2^(depth + 5)` bytes, all zero; once an instance.
 * @returns whether there was room
 */
export function place(depth: u32): bool {
  guestBytes = 1 << (depth + 5);
  pages = 1 << (depth - PAGE_LEVELS);
  dirty = align(__heap_base);
  touched = align(dirty + pages);
  nodes = align(touched + pages);
  worklist = align(nodes + ((<usize>pages) << 6));
  scratch = align(worklist + ((<usize>pages) << 2));
  guest = align(scratch + (2 << PAGE_BITS));
  const end = <u64>guest + <u64>guestBytes;
  const needed = <i32>((end + (1 << WASM_PAGE_BITS) - 1) >> WASM_PAGE_BITS);
  const missing = needed - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}

function align(address: usize): usize {
  return (address + 63) & ~63;
}
