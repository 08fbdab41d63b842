import { hexlify, toUtf8Bytes } from "ethers";

import { keccak } from "./keccak.js";
import { hashLeaf, hashWords, type Leaf } from "./Leaf.js";
import { MerkleTree } from "./MerkleTree.js";

/** Root of a report without leaves: a hash that nothing can be proven under, and not zero. */
export const EMPTY_ROOT = hexlify(keccak(toUtf8Bytes("millrace.uptime.empty")));

/** The tree of a report: its root and the proof of any leaf. */
export class EpochTree {
  private readonly tree: MerkleTree | undefined;

  constructor(leaves: readonly Leaf[]) {
    if (leaves.length === 0) return;
    const hashes = new Uint8Array(leaves.length * 32);
    leaves.forEach((leaf, i) => {
      hashes.set(hashLeaf(leaf), i * 32);
    });
    this.tree = new MerkleTree(hashes);
  }

  get root(): string {
    return this.tree?.root ?? EMPTY_ROOT;
  }

  /** Proof of the leaf with an index. */
  proof(index: number): string[] {
    if (this.tree === undefined) throw new RangeError("the report has no leaves");
    return this.tree.proof(index);
  }
}

/** Root over the included observations: leaves `(address attestor, uint32 epoch, bytes32 contentHash)`. */
export function evidenceRoot(
  observations: readonly { readonly attestor: string; readonly epoch: number; readonly contentHash: string }[],
): string {
  if (observations.length === 0) return EMPTY_ROOT;
  const hashes = new Uint8Array(observations.length * 32);
  observations.forEach(({ attestor, epoch, contentHash }, i) => {
    hashes.set(hashWords([attestor, epoch, contentHash]), i * 32);
  });
  return new MerkleTree(hashes).root;
}
