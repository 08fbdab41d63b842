import type { Provider } from "ethers";

import { type Contracts, memberOf } from "@millrace/sdk";
import { NodeTable } from "@millrace/uptime-tree/format";

import { Lanes } from "./Lanes.js";
import { manyAtOnce, readMany, rowBytes, type ViewFunction } from "./readMany.js";

const ACTIVE = Number(memberOf("NodeStatus", "active"));
/** Bytes of an address. */
const ADDRESS = 20;
/** Calls under way at once. */
const CALLS_AT_ONCE = 8;
/**
 * Most numbers of one call, whatever its answer could hold: twenty to thirty thousand gas each, where nodes of a chain
 * allow fifty million, and some no more than the sixteen of a transaction (EIP-7825).
 */
const MOST_AT_ONCE = 450;

/** Reads the facts of all nodes, hundreds with a call: a million nodes take some four thousand calls. */
export class NodeReader {
  private readonly lanes = new Lanes(CALLS_AT_ONCE);

  constructor(
    private readonly provider: Pick<Provider, "call">,
    private readonly contracts: Pick<Contracts, "capacity" | "catalog" | "nodes">,
  ) {}

  /**
   * Nodes 1 to `count` for an epoch: who they belong to and whether they are active at one block, what is final only
   * later at another. What each had earned is not the chain's to say.
   */
  async read(epoch: number, count: number, blockTag: number, finalTag: number): Promise<NodeTable> {
    const { nodes, capacity } = this.contracts;
    const [registry, proofs] = await Promise.all([nodes.getAddress(), capacity.getAddress()]);
    const registered: ViewFunction[] = [
      {
        target: registry,
        selector: nodes.nodeOf.fragment.selector,
        // provider, class, units
        take: [
          { word: 0, bytes: ADDRESS },
          { word: 1, bytes: 2 },
          { word: 2, bytes: 2 },
        ],
      },
      { target: registry, selector: nodes.statusOf.fragment.selector, take: [{ word: 0, bytes: 1 }] },
    ];
    // (7) Final since the epoch is over, and true of classes without a challenge.
    const proven: ViewFunction[] = [
      {
        target: proofs,
        selector: capacity.hasCapacity.fragment.selector,
        second: BigInt(epoch),
        take: [{ word: 0, bytes: 1 }],
      },
    ];
    const table = new NodeTable(count);
    const classes = new Uint16Array(count);
    await Promise.all([
      this.readAll(registered, count, blockTag, (index, row) => {
        table.providers.set(row.subarray(0, ADDRESS), ADDRESS * index);
        classes[index] = uint16(row, ADDRESS);
        table.units[index] = uint16(row, ADDRESS + 2);
        table.active[index] = row[ADDRESS + 4] === ACTIVE ? 1 : 0;
      }),
      this.readAll(proven, count, finalTag, (index, row) => {
        table.capacityPassed[index] = row[0] ?? 0;
      }),
    ]);
    await this.weigh(epoch, table, classes);
    return table;
  }

  /** Keys of nodes in a row that speak for them in an epoch, 20 bytes each; zeros for a node that there was not. */
  async agents(epoch: number, first: bigint, count: number, blockTag: number): Promise<Uint8Array> {
    const { nodes } = this.contracts;
    const agentAt: ViewFunction = {
      target: await nodes.getAddress(),
      selector: nodes.agentAt.fragment.selector,
      second: BigInt(epoch),
      take: [{ word: 0, bytes: ADDRESS }],
    };
    return await this.lanes.run(() => readMany(this.provider, { functions: [agentAt], first, count, blockTag }));
  }

  private async readAll(
    functions: readonly ViewFunction[],
    count: number,
    blockTag: number,
    take: (index: number, row: Uint8Array) => void,
  ): Promise<void> {
    const size = Math.min(MOST_AT_ONCE, manyAtOnce(functions));
    const bytes = rowBytes(functions);
    const parts = Array.from({ length: Math.ceil(count / size) }, async (_, part) => {
      const start = part * size;
      const range = { first: BigInt(start + 1), count: Math.min(size, count - start) };
      const rows = await this.lanes.run(() => readMany(this.provider, { functions, ...range, blockTag }));
      for (let i = 0; i < range.count; i++) take(start + i, rows.subarray(bytes * i, bytes * (i + 1)));
    });
    await Promise.all(parts);
  }

  /** The weight of each class is asked for once. */
  private async weigh(epoch: number, table: NodeTable, classes: Uint16Array): Promise<void> {
    const { catalog } = this.contracts;
    const weights = new Map<number, number>();
    for (const classId of new Set(classes)) weights.set(classId, Number(await catalog.weightAt(classId, epoch)));
    for (let index = 0; index < table.count; index++) table.weights[index] = weights.get(classes[index] ?? 0) ?? 0;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
