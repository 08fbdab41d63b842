import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ZeroHash } from "ethers";

import { type Challenge, entryAt, openEntries, ResultTree, rootsOf } from "../../packages/capacity/src/index.js";
import { findBeaconBlock } from "../../packages/sdk/src/index.js";
import type { Hex } from "../../packages/tensor/src/index.js";
import type { BlockBeacon, CapacityProofs, ICapacityProofs } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";

/** Results of a node, as its agent keeps them. */
export interface Results {
  readonly challenge: Challenge;
  readonly roots: Uint8Array;
  readonly root: string;
}

/** A node that answers in a round. */
export interface RoundNode {
  readonly nodeId: bigint;
  readonly agent: HardhatEthersSigner;
  /** All of its work is left out. */
  readonly lazy?: boolean;
}

/** Plays rounds of capacity proofs: records the beacon's values, and computes and opens what nodes must. */
export class CapacityRounds {
  constructor(
    private readonly connection: Connection,
    private readonly on: { readonly beacon: BlockBeacon; readonly capacity: CapacityProofs },
  ) {}

  /** Records the value of a second that has passed. */
  async record(second: bigint): Promise<void> {
    const block = await findBeaconBlock(this.connection.ethers.provider, Number(second));
    if (block === undefined) throw new Error(`no block at ${second} yet`);
    await this.on.beacon.record(second, block.blockNumber, block.header, block.parentHeader);
  }

  /** Goes to a second, and records its value. `randao` is what the block has. */
  async recordAt(second: bigint, randao?: bigint): Promise<void> {
    const { ethers, networkHelpers } = this.connection;
    await networkHelpers.time.setNextBlockTimestamp(second);
    if (randao !== undefined) await networkHelpers.setPrevRandao(randao);
    await ethers.provider.send("evm_mine", []);
    await this.record(second);
  }

  /** Goes to the draw of an epoch's round and records it. */
  async draw(epoch: number): Promise<ICapacityProofs.RoundTimesStructOutput> {
    const { drawAt } = await this.on.capacity.timesOf(epoch);
    if ((await this.on.beacon.valueAt(drawAt)) === ZeroHash) await this.recordAt(drawAt);
    return this.on.capacity.timesOf(epoch);
  }

  /** From the draw to the open window. */
  async begin(epoch: number, randao?: bigint): Promise<ICapacityProofs.RoundTimesStructOutput> {
    const times = await this.draw(epoch);
    await this.recordAt(times.startsAt, randao);
    return times;
  }

  /** A whole round of some nodes, if they are picked: commit and open. */
  async round(epoch: number, nodes: readonly RoundNode[], randao?: bigint): Promise<void> {
    const { capacity } = this.on;
    const times = await this.begin(epoch, randao);
    const results = new Map<bigint, Results>();
    for (const { nodeId, agent, lazy = false } of nodes) {
      if (!(await capacity.isPicked(nodeId, epoch))) continue;
      const own = await computeFor(capacity, nodeId, epoch, lazy ? 100 : 0);
      results.set(nodeId, own);
      await capacity.connect(agent).commit(nodeId, own.root);
    }
    await this.recordAt(times.closesAt);
    for (const [nodeId, own] of results) await capacity.open(nodeId, await openingsFor(capacity, nodeId, epoch, own));
  }
}

/** What a node computes in the window; a part of it skipped if told so. */
export async function computeFor(
  capacity: CapacityProofs,
  nodeId: bigint,
  epoch: number,
  skippedPercent = 0,
): Promise<Results> {
  const { rowsLog2, rowWordsLog2 } = await capacity.rules();
  const challenge: Challenge = {
    seed: (await capacity.seedOf(nodeId, epoch)) as Hex,
    products: Number(await capacity.productsOf(nodeId, epoch)),
    rowsLog2: Number(rowsLog2),
    rowWordsLog2: Number(rowWordsLog2),
    skippedPercent,
  };
  // In this thread: to start another takes longer than the few products of a test.
  const roots = rootsOf(challenge);
  return { challenge, roots, root: new ResultTree(challenge, roots).root };
}

/** Openings of the entries that were drawn. */
export async function openingsFor(
  capacity: CapacityProofs,
  nodeId: bigint,
  epoch: number,
  { challenge, roots }: Results,
): Promise<ICapacityProofs.OpeningStruct[]> {
  const { entryCount, rowsLog2 } = await capacity.rules();
  const drawn = await Promise.all(
    Array.from({ length: Number(entryCount) }, async (_, i) => {
      const { product, row, column } = await capacity.entryOf(nodeId, epoch, i);
      return entryAt(challenge, (product << (2n * rowsLog2)) | (row << rowsLog2) | column);
    }),
  );
  return openEntries(challenge, roots, drawn);
}
