import { hexlify, type Provider } from "ethers";

import type { Contracts } from "@millrace/sdk";
import type { NodeRow } from "@millrace/uptime-tree/format";

import { manyAtOnce, readMany } from "./readMany.js";

/** What the chain says of a node. */
export type NodeState = Omit<NodeRow, "rewardBefore">;

/** Order of `INodeRegistry.Status`. */
const ACTIVE = 1;
/** Words of `nodeOf` that are wanted: provider, class, units. */
const NODE_WORDS = 3;
/** Calls under way at once. */
const CALLS_AT_ONCE = 8;

/** Reads the facts of all nodes, hundreds with a call: a million nodes take some twelve thousand calls. */
export class NodeReader {
  constructor(
    private readonly provider: Pick<Provider, "call">,
    private readonly contracts: Pick<Contracts, "capacity" | "catalog" | "nodes">,
  ) {}

  /**
   * Nodes 1 to `count` for an epoch: who they belong to and whether they are active at one block, what is final only
   * later at another.
   */
  async read(epoch: number, count: number, blockTag: number, finalTag: number): Promise<NodeState[]> {
    const size = manyAtOnce(NODE_WORDS);
    const parts: NodeState[][] = [];
    const weights = new Map<number, Promise<number>>();
    const worker = async (begin: number): Promise<void> => {
      for (let part = begin; part * size < count; part += CALLS_AT_ONCE) {
        const first = part * size;
        const range = { first: BigInt(first + 1), count: Math.min(size, count - first) };
        parts[part] = await this.readPart(epoch, range, blockTag, finalTag, weights);
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, (_, i) => worker(i)));
    return parts.flat();
  }

  private async readPart(
    epoch: number,
    range: { readonly first: bigint; readonly count: number },
    blockTag: number,
    finalTag: number,
    weights: Map<number, Promise<number>>,
  ): Promise<NodeState[]> {
    const { nodes, capacity, catalog } = this.contracts;
    const registry = await nodes.getAddress();
    const [entries, statuses, capacities] = await Promise.all([
      this.ask({ target: registry, selector: nodes.nodeOf.fragment.selector, ...range, words: NODE_WORDS, blockTag }),
      this.ask({ target: registry, selector: nodes.statusOf.fragment.selector, ...range, words: 1, blockTag }),
      this.ask({
        target: await capacity.getAddress(),
        selector: capacity.hasCapacity.fragment.selector,
        ...range,
        second: BigInt(epoch),
        words: 1,
        // (7) Final since the epoch is over, and true of classes without a challenge.
        blockTag: finalTag,
      }),
    ]);
    const weightOf = (classId: number): Promise<number> => {
      const known = weights.get(classId) ?? catalog.weightAt(classId, epoch).then(Number);
      weights.set(classId, known);
      return known;
    };
    return await Promise.all(
      Array.from({ length: range.count }, async (_, i): Promise<NodeState> => ({
        provider: hexlify(entries.bytes.subarray(32 * NODE_WORDS * i + 12, 32 * NODE_WORDS * i + 32)),
        units: entries.number(NODE_WORDS * i + 2),
        weight: await weightOf(entries.number(NODE_WORDS * i + 1)),
        active: statuses.number(i) === ACTIVE,
        capacityPassed: capacities.number(i) === 1,
      })),
    );
  }

  private async ask(
    reads: Parameters<typeof readMany>[1],
  ): Promise<{ readonly bytes: Uint8Array; readonly number: (word: number) => number }> {
    const bytes = await readMany(this.provider, reads);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Numbers that are wanted fit four bytes.
    return { bytes, number: (word) => view.getUint32(32 * word + 28) };
  }
}
