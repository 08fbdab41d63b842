import { hexlify } from "ethers";

import { keccak } from "./keccak.js";

const HASH = 32;

/**
 * The tree of OpenZeppelin's `StandardMerkleTree`, in one typed array: a complete binary tree over the sorted leaf
 * hashes, whose inner branches hash their children in ascending order.
 */
export class MerkleTree {
  /** Branch i at byte 32·i; its children are 2i + 1 and 2i + 2; the leaves are at the end, in reverse order. */
  private readonly branches: Uint8Array;
  /** Branch of each leaf, by the order in which the leaves were given. */
  private readonly branchOf: Uint32Array;

  /** @param leafHashes hashes of the leaves (double-hashed by the caller), 32 bytes each; at least one */
  constructor(leafHashes: Uint8Array) {
    const count = leafHashes.length / HASH;
    if (!Number.isInteger(count) || count === 0) throw new RangeError("a Merkle tree needs whole hashes, at least one");
    const total = 2 * count - 1;
    this.branches = new Uint8Array(total * HASH);
    this.branchOf = new Uint32Array(count);
    sortedOrder(leafHashes, count).forEach((leaf, position) => {
      const branch = total - 1 - position;
      this.branches.set(leafHashes.subarray(leaf * HASH, (leaf + 1) * HASH), branch * HASH);
      this.branchOf[leaf] = branch;
    });
    const pair = new Uint8Array(2 * HASH);
    for (let branch = count - 2; branch >= 0; branch--) {
      this.branches.set(this.hashPair(2 * branch + 1, 2 * branch + 2, pair), branch * HASH);
    }
  }

  /** Root as a hex string. */
  get root(): string {
    return hexlify(this.branches.subarray(0, HASH));
  }

  /** Proof of the leaf that was given as number `leaf`. */
  proof(leaf: number): string[] {
    let branch = this.branchOf[leaf];
    if (branch === undefined) throw new RangeError(`no leaf ${leaf}`);
    const siblings: string[] = [];
    while (branch > 0) {
      const sibling = branch % 2 === 0 ? branch - 1 : branch + 1;
      siblings.push(hexlify(this.branches.subarray(sibling * HASH, (sibling + 1) * HASH)));
      branch = (branch - 1) >> 1;
    }
    return siblings;
  }

  private hashPair(left: number, right: number, pair: Uint8Array): Uint8Array {
    const [low, high] = compareHashes(this.branches, left, right) <= 0 ? [left, right] : [right, left];
    pair.set(this.branches.subarray(low * HASH, (low + 1) * HASH), 0);
    pair.set(this.branches.subarray(high * HASH, (high + 1) * HASH), HASH);
    return keccak(pair);
  }
}

/** Order of hashes a and b, by number, in an array of hashes. */
function compareHashes(hashes: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < HASH; i++) {
    const difference = (hashes[a * HASH + i] ?? 0) - (hashes[b * HASH + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Numbers of the leaves in ascending order of their hashes. The first 48 bits as a number settle nearly every comparison. */
function sortedOrder(hashes: Uint8Array, count: number): Uint32Array {
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const prefixes = Float64Array.from({ length: count }, (_, i) => {
    return view.getUint32(i * HASH) * 2 ** 16 + view.getUint16(i * HASH + 4);
  });
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    return (prefixes[a] ?? 0) - (prefixes[b] ?? 0) || compareHashes(hashes, a, b);
  });
}
