import { getBytes } from "ethers";

import { BulkTree } from "@millrace/uptime-tree/bulk";
import type { Receipt, SignedBatch } from "@millrace/uptime-tree/format";

import type { HeardSlot } from "../store/HeardSlot.js";

/** Bytes of a leaf's ABI encoding, `(uint64 nodeId, bytes32 heartbeatHash)`. */
const LEAF_BYTES = 64;

/** The tree of a slot's batch, as `BatchTree` has it, for a million nodes within a slot. */
export class SlotTree {
  readonly #tree: BulkTree;

  /** @param nodeIds nodes of the batch, ascending, at least one; all of them were heard */
  constructor(
    private readonly nodeIds: BigUint64Array,
    private readonly heard: HeardSlot,
  ) {
    const hashes = new Map<string, Uint8Array>();
    let leaves: Uint8Array | undefined;
    this.#tree = new BulkTree(nodeIds.length, LEAF_BYTES, (leaf, view, at) => {
      leaves ??= new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const nodeId = nodeIds[leaf] ?? 0n;
      const hash = heard.get(nodeId) ?? "0x";
      const bytes = hashes.get(hash) ?? getBytes(hash);
      hashes.set(hash, bytes);
      view.setBigUint64(at + 24, nodeId);
      leaves.set(bytes, at + 32);
    });
  }

  get count(): number {
    return this.nodeIds.length;
  }

  get root(): string {
    return this.#tree.root;
  }

  /** The receipt of a node under this batch once it is signed; undefined for a node that is not in it. */
  receipt(batch: SignedBatch, nodeId: bigint): Receipt | undefined {
    const leaf = this.#leafOf(nodeId);
    const heartbeatHash = leaf === undefined ? undefined : this.heard.get(nodeId);
    if (leaf === undefined || heartbeatHash === undefined) return undefined;
    return { ...batch, nodeId, heartbeatHash, path: this.#tree.proof(leaf) };
  }

  #leafOf(nodeId: bigint): number | undefined {
    const { nodeIds } = this;
    let [low, high] = [0, nodeIds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((nodeIds[middle] ?? 0n) < nodeId) low = middle + 1;
      else high = middle;
    }
    return nodeIds[low] === nodeId ? low : undefined;
  }
}
