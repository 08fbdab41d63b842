import { hexlify } from "ethers";

import { EMPTY_ROOT } from "../format/StandardTree.js";
import { UptimeModule } from "./UptimeModule.js";

const HASH = 32;
/** Leaves that are encoded before they are hashed, together. */
const BLOCK = 4_096;

/** Writes the bytes of a leaf at a place of `view`. All of a tree's leaves have one length, a multiple of 8. */
export type LeafWriter = (index: number, view: DataView, at: number) => void;

/**
 * The tree of a large report, hashed and kept in the memory of one WebAssembly instance: 64 bytes a leaf. Root and
 * proofs are those of OpenZeppelin's `StandardMerkleTree`.
 */
export class BulkTree {
  readonly #branches: Uint8Array;
  /** Branch of each leaf. */
  readonly #branchOf: Uint32Array;

  constructor(
    readonly count: number,
    leafBytes: number,
    write: LeafWriter,
  ) {
    const total = Math.max(0, 2 * count - 1);
    const block = Math.min(BLOCK, count) * leafBytes;
    const module = new UptimeModule(total * HASH + block);
    const branches = module.allocate(total * HASH);
    const leaves = module.allocate(block);
    this.#branches = branches.bytes;
    this.#branchOf = new Uint32Array(count);
    if (count === 0) return;
    // The hashes are made where the leaves of the tree will be, and then put into their order.
    const firstHash = branches.pointer + (count - 1) * HASH;
    const view = new DataView(leaves.bytes.buffer, leaves.pointer, block);
    for (let start = 0; start < count; start += BLOCK) {
      const size = Math.min(BLOCK, count - start);
      leaves.bytes.fill(0);
      for (let i = 0; i < size; i++) write(start + i, view, i * leafBytes);
      module.exports.hashLeaves(leaves.pointer, leafBytes, firstHash + start * HASH, size);
    }
    this.#sort(count);
    module.exports.hashBranches(branches.pointer, count);
  }

  get root(): string {
    return this.count === 0 ? EMPTY_ROOT : hexlify(this.#branches.subarray(0, HASH));
  }

  /** Proof of the leaf with an index. @throws {RangeError} */
  proof(index: number): string[] {
    const bytes = new Uint8Array(this.proofLength(index) * HASH);
    this.writeProof(index, bytes, 0);
    return Array.from({ length: bytes.length / HASH }, (_, i) => hexlify(bytes.subarray(i * HASH, (i + 1) * HASH)));
  }

  /** Hashes in the proof of a leaf. @throws {RangeError} */
  proofLength(index: number): number {
    return Math.floor(Math.log2(this.#branch(index) + 1));
  }

  /** Writes the proof of a leaf into `target` and says where it ends. @throws {RangeError} */
  writeProof(index: number, target: Uint8Array, offset: number): number {
    let end = offset;
    for (let branch = this.#branch(index); branch > 0; branch = (branch - 1) >> 1) {
      const sibling = branch % 2 === 0 ? branch - 1 : branch + 1;
      target.set(this.#branches.subarray(sibling * HASH, (sibling + 1) * HASH), end);
      end += HASH;
    }
    return end;
  }

  #branch(index: number): number {
    const branch = this.#branchOf[index];
    if (branch === undefined) throw new RangeError(`no leaf ${index}`);
    return branch;
  }

  #sort(count: number): void {
    const hashes = this.#branches.slice((count - 1) * HASH);
    sortedOrder(hashes).forEach((leaf, position) => {
      const branch = 2 * count - 2 - position;
      this.#branches.set(hashes.subarray(leaf * HASH, (leaf + 1) * HASH), branch * HASH);
      this.#branchOf[leaf] = branch;
    });
  }
}

/** Numbers of the hashes in ascending order. */
function sortedOrder(hashes: Uint8Array): Uint32Array {
  const count = hashes.length / HASH;
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  // 32 bits of the hash above 32 bits of its number: sorting numbers needs no comparisons in JavaScript.
  const keys = new BigUint64Array(count);
  const halves = new Uint32Array(keys.buffer);
  const high = isLittleEndian() ? 1 : 0;
  for (let i = 0; i < count; i++) {
    halves[2 * i + high] = view.getUint32(i * HASH);
    halves[2 * i + 1 - high] = i;
  }
  keys.sort();
  const order = Uint32Array.from({ length: count }, (_, i) => halves[2 * i + 1 - high] ?? 0);
  settleTies(order, view);
  return order;
}

/** Few hashes begin with the same 32 bits: those are put in order by comparing them whole. */
function settleTies(order: Uint32Array, view: DataView): void {
  for (let end = 1; end < order.length; end++) {
    for (let i = end; i > 0; i--) {
      const [before = 0, after = 0] = [order[i - 1], order[i]];
      if (view.getUint32(before * HASH) !== view.getUint32(after * HASH) || compare(view, before, after) <= 0) break;
      order[i - 1] = after;
      order[i] = before;
    }
  }
}

function compare(view: DataView, a: number, b: number): number {
  for (let word = 0; word < HASH; word += 4) {
    const difference = view.getUint32(a * HASH + word) - view.getUint32(b * HASH + word);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
}
