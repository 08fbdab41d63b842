import { NodeNumbers } from "./NodeNumbers.js";

/** Nodes that were heard in a slot, and the heartbeat that counts for each: the first one. */
export class HeardSlot implements Iterable<[nodeId: bigint, hash: string]> {
  private readonly hashes: string[] = [];
  /** Number of each node's heartbeat, from one. */
  private readonly heartbeats = new NodeNumbers();

  /** Takes the next heartbeat. */
  add(hash: string, nodeIds: Iterable<bigint>): void {
    const number = this.hashes.push(hash);
    for (const nodeId of nodeIds) if (!this.heartbeats.has(nodeId)) this.heartbeats.set(nodeId, number);
  }

  get size(): number {
    return this.heartbeats.size;
  }

  /** Hash of a node's heartbeat. */
  get(nodeId: bigint): string | undefined {
    return this.hashes[this.heartbeats.get(nodeId) - 1];
  }

  /** Its nodes, ascending. */
  nodeIds(): Iterable<bigint> {
    return this.heartbeats.nodeIds();
  }

  *[Symbol.iterator](): Generator<[nodeId: bigint, hash: string]> {
    for (const nodeId of this.nodeIds()) yield [nodeId, this.get(nodeId) ?? ""];
  }
}
