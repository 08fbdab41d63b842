import { type Signer, type TypedDataDomain } from "ethers";

import { recoverCompact, signCompact } from "./signatures.js";
import { rootFrom, treeOf, type StandardTree } from "./StandardTree.js";
import { batchTypes } from "./typedData.js";
import { encodeWords, hashWords } from "./Leaf.js";

/** ABI types of a leaf of a batch, as `StandardMerkleTree` takes them. */
export const batchLeafTypes = ["uint64", "bytes32"] as const;

/** What an attestor says of one slot: the root over every node's heartbeat that it took. */
export interface Batch {
  readonly epoch: number;
  readonly slot: number;
  readonly root: string;
}

/** A batch as it is gossiped. */
export interface SignedBatch extends Batch {
  readonly attestor: string;
  /** 64 bytes, ERC-2098. */
  readonly signature: string;
}

/** A node in a batch and the heartbeat that spoke for it. */
export interface BatchEntry {
  readonly nodeId: bigint;
  readonly heartbeatHash: string;
}

/** What a node holds against an attestor: "you saw me in this slot". */
export interface Receipt extends SignedBatch, BatchEntry {
  /** Siblings from `(nodeId, heartbeatHash)` to `root`. */
  readonly path: readonly string[];
}

/** Thrown when a receipt does not prove what it says. */
export class BadReceiptError extends Error {
  readonly code = "BAD_RECEIPT";
}

/** The tree of a slot: its root is signed, its proofs are the paths of receipts. */
export class BatchTree {
  readonly #tree: StandardTree;
  readonly #leafOf = new Map<bigint, number>();

  /** @param entries one per node, at least one; the first heartbeat of a node in a slot is the one that counts */
  constructor(private readonly entries: readonly BatchEntry[]) {
    if (entries.length === 0) throw new RangeError("a batch has at least one node");
    entries.forEach(({ nodeId }, leaf) => this.#leafOf.set(nodeId, leaf));
    if (this.#leafOf.size !== entries.length) throw new RangeError("a batch has one entry per node");
    this.#tree = treeOf(entries.length, (leaf) => {
      const entry = entries[leaf];
      return encodeWords(entry === undefined ? [] : [entry.nodeId, entry.heartbeatHash]);
    });
  }

  get root(): string {
    return this.#tree.root;
  }

  /** The receipt of a node under this batch once it is signed; undefined for a node that is not in it. */
  receipt(batch: SignedBatch, nodeId: bigint): Receipt | undefined {
    const leaf = this.#leafOf.get(nodeId);
    const entry = leaf === undefined ? undefined : this.entries[leaf];
    if (leaf === undefined || entry === undefined) return undefined;
    return { ...batch, ...entry, path: this.#tree.proof(leaf) };
  }
}

/** Signs a batch. At most one per slot: two of them cost the bond. */
export async function signBatch(signer: Signer, domain: TypedDataDomain, batch: Batch): Promise<SignedBatch> {
  const signature = await signCompact(signer, domain, batchTypes, { ...batch });
  return { ...batch, attestor: await signer.getAddress(), signature };
}

/** The key that signed a batch. @throws {BadSignatureError} */
export function batchSigner(domain: TypedDataDomain, { epoch, slot, root, signature }: SignedBatch): string {
  return recoverCompact(domain, batchTypes, { epoch, slot, root }, signature);
}

/** Checks a receipt: path and signature. @throws {BadReceiptError} @throws {BadSignatureError} */
export function verifyReceipt(domain: TypedDataDomain, receipt: Receipt): void {
  const leaf = hashWords([receipt.nodeId, receipt.heartbeatHash]);
  if (BigInt(rootFrom(leaf, receipt.path)) !== BigInt(receipt.root)) {
    throw new BadReceiptError(`node ${String(receipt.nodeId)} is not under the batch`);
  }
  if (batchSigner(domain, receipt) !== receipt.attestor) {
    throw new BadReceiptError(`the batch is not signed by ${receipt.attestor}`);
  }
}
