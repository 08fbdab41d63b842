import { getAddress, getBytes, hexlify } from "ethers";

/** A node as a report needs it. Nodes are listed by number, from 1, without gaps. */
export interface NodeRow {
  readonly provider: string;
  readonly units: number;
  /** Weight of a unit of its class in this epoch, `HardwareCatalog.weightAt`. */
  readonly weight: number;
  /** Whether its status was Active when the epoch ended. */
  readonly active: boolean;
  /** Whether it had passed its capacity proofs. */
  readonly capacityPassed: boolean;
  /** `rawCumulativeReward` of its leaf in the report before; zero without one. */
  readonly rewardBefore: bigint;
}

/** All nodes that were added before an epoch ended, in columns: a million of them fit in some 50 MB. */
export class NodeTable {
  readonly providers: Uint8Array;
  readonly units: Uint16Array;
  readonly weights: Uint32Array;
  readonly active: Uint8Array;
  readonly capacityPassed: Uint8Array;
  readonly rewardsBefore: bigint[];

  /** @param same table of which all columns but the rewards are shared */
  constructor(
    readonly count: number,
    same?: NodeTable,
  ) {
    this.providers = same?.providers ?? new Uint8Array(20 * count);
    this.units = same?.units ?? new Uint16Array(count);
    this.weights = same?.weights ?? new Uint32Array(count);
    this.active = same?.active ?? new Uint8Array(count);
    this.capacityPassed = same?.capacityPassed ?? new Uint8Array(count);
    this.rewardsBefore = new Array<bigint>(count).fill(0n);
  }

  static from(rows: readonly NodeRow[]): NodeTable {
    const table = new NodeTable(rows.length);
    rows.forEach((row, index) => {
      table.set(index, row);
    });
    return table;
  }

  /** The same nodes after another report. @param rewardBefore by number of the node less one */
  withRewards(rewardBefore: (index: number) => bigint): NodeTable {
    const table = new NodeTable(this.count, this);
    for (let index = 0; index < this.count; index++) table.rewardsBefore[index] = rewardBefore(index);
    return table;
  }

  /** @param index number of the node less one */
  set(index: number, row: NodeRow): void {
    this.providers.set(getBytes(row.provider), 20 * index);
    this.units[index] = row.units;
    this.weights[index] = row.weight;
    this.active[index] = row.active ? 1 : 0;
    this.capacityPassed[index] = row.capacityPassed ? 1 : 0;
    this.rewardsBefore[index] = row.rewardBefore;
  }

  /** @param index number of the node less one */
  provider(index: number): string {
    return getAddress(hexlify(this.providers.subarray(20 * index, 20 * index + 20)));
  }

  /** Points that a node gets for each slot in which it is up: units · class weight, or none. */
  pointsPerSlot(index: number): bigint {
    const earns = this.active[index] === 1 && this.capacityPassed[index] === 1;
    return earns ? BigInt(this.units[index] ?? 0) * BigInt(this.weights[index] ?? 0) : 0n;
  }
}
