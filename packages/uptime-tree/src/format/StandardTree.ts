import { hexlify, toUtf8Bytes } from "ethers";

import { keccak } from "./keccak.js";
import { MerkleTree } from "./MerkleTree.js";

const HASH = 32;

/** Root of a report without leaves: a hash that nothing can be proven under, and not zero. */
export const EMPTY_ROOT = hexlify(keccak(toUtf8Bytes("millrace.uptime.empty")));

/** OpenZeppelin's `StandardMerkleTree` over leaf hashes, or `EMPTY_ROOT` over none. */
export class StandardTree {
  readonly #tree: MerkleTree | undefined;

  /** @param leafHashes hashes of the leaves (double-hashed by the caller), 32 bytes each, in one array */
  constructor(leafHashes: Uint8Array) {
    if (leafHashes.length !== 0) this.#tree = new MerkleTree(leafHashes);
  }

  get root(): string {
    return this.#tree?.root ?? EMPTY_ROOT;
  }

  /** Siblings from the leaf that was given as number `leaf` up to the root. */
  proof(leaf: number): string[] {
    if (this.#tree === undefined) throw new RangeError("the tree has no leaves");
    return this.#tree.proof(leaf);
  }
}

/** A tree over `count` leaves, of which `write(i)` gives the bytes that are hashed twice. */
export function treeOf(count: number, write: (index: number) => Uint8Array): StandardTree {
  const hashes = new Uint8Array(count * HASH);
  for (let index = 0; index < count; index++) hashes.set(keccak(keccak(write(index))), index * HASH);
  return new StandardTree(hashes);
}

/** Root that a leaf hash and its siblings lead to. */
export function rootFrom(leafHash: Uint8Array, proof: readonly string[]): string {
  let hash = hexlify(leafHash);
  for (const sibling of proof) {
    const [low, high] = BigInt(hash) <= BigInt(sibling) ? [hash, sibling] : [sibling, hash];
    hash = hexlify(keccak(Buffer.from(low.slice(2) + high.slice(2), "hex")));
  }
  return hash;
}
