import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import type { ContractTransactionResponse } from "ethers";

import type { Connection } from "../support/deployMillrace.js";
import { LEASE_STATUSES, type LeaseStatus, RATE, type World } from "./marketFixture.js";

const LEAF = ["uint32", "uint32", "uint64", "address", "uint256", "uint128", "uint256", "uint128"];
const MAX_RATE = 2n ** 96n - 1n;
export const ALL_UP = 2n ** 20n - 1n;

/** A node's leaf with its proof, as `settle` takes them. */
export interface Proven {
  leaf: {
    epoch: number;
    index: number;
    nodeId: bigint;
    provider: string;
    bitmap: bigint;
    points: bigint;
    pointsBefore: bigint;
    rawCumulativeReward: bigint;
  };
  proof: string[];
}

/** Hires, and lets epochs pass with the reports that a test wants. */
export class LeaseDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {}

  async hire(seconds: number, units = 1, nodeId = 1n): Promise<bigint> {
    const { leases, buyer } = this.world;
    await leases.connect(buyer).hire(nodeId, units, seconds, MAX_RATE);
    return leases.leaseCount();
  }

  async now(): Promise<number> {
    return this.connection.networkHelpers.time.latest();
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }

  /** The next block's time: the transaction sent next happens then. */
  async at(timestamp: number): Promise<void> {
    await this.connection.networkHelpers.time.setNextBlockTimestamp(timestamp);
  }

  startOf(epoch: number): number {
    return this.world.clock.genesisAt + epoch * this.world.clock.epochSeconds;
  }

  async epoch(): Promise<number> {
    return Number(await this.world.settlement.currentEpoch());
  }

  async statusOf(leaseId: bigint): Promise<LeaseStatus> {
    return LEASE_STATUSES[Number(await this.world.leases.statusOf(leaseId))];
  }

  /**
   * Lets an epoch end, closes it and all before it, and posts a report in which the nodes have these bitmaps, and
   * cumulative rewards in their order if a test wants some.
   */
  async report(
    epoch: number,
    bitmaps: bigint[] = [ALL_UP, ALL_UP],
    rewards: bigint[] = [],
    signs: (seat: number) => boolean = () => true,
  ): Promise<Proven[]> {
    const { nodes } = this.world;
    await this.closeThrough(epoch);
    const leaves = await Promise.all(
      bitmaps.map(async (bitmap, index) => ({
        epoch,
        index,
        nodeId: BigInt(index + 1),
        provider: (await nodes.nodeOf(index + 1)).provider,
        bitmap,
        points: rewards.length === 0 ? 0n : 1n,
        pointsBefore: rewards.length === 0 ? 0n : BigInt(index),
        rawCumulativeReward: rewards[index] ?? 0n,
      })),
    );
    const tree = StandardMerkleTree.of(
      leaves.map((leaf) => Object.values(leaf)),
      LEAF,
    );
    await this.submit(epoch, { root: tree.root, totalPoints: BigInt(rewards.length) }, signs);
    return leaves.map((leaf, index) => ({ leaf, proof: tree.getProof(index) }));
  }

  /** Posts a report of a closed epoch with any root. */
  async submit(
    epoch: number,
    of: { root: string; totalPoints: bigint },
    signs: (seat: number) => boolean = () => true,
  ): Promise<ContractTransactionResponse> {
    const { uptime, nodes } = this.world;
    const { ethers } = this.connection;
    const [registryDigest, nodeCount] = await nodes.registryAt(epoch);
    const [previousReport] = await uptime.newestReport();
    const report = {
      ...of,
      epoch,
      evidenceRoot: ethers.id("evidence"),
      nodeCount,
      dataHash: ethers.id("data"),
      previousReport,
      registryDigest,
      configDigest: await uptime.configDigest(),
      consensusVersion: await uptime.CONSENSUS_VERSION(),
    };
    const digest = await uptime.reportDigest(report);
    const signers = (await this.keys(epoch)).map((key, seat) => ({ key, seat })).filter(({ seat }) => signs(seat));
    const seats = signers.reduce((mask, { seat }) => mask | (1 << seat), 0);
    const signatures = signers.map(({ key }) => key.sign(digest).compactSerialized);
    return uptime.submitReport(report, seats, ethers.concat(signatures));
  }

  /** The same, and final. */
  async finalReport(epoch: number, bitmaps?: bigint[]): Promise<Proven[]> {
    const proven = await this.report(epoch, bitmaps);
    await this.passToFinal(epoch);
    return proven;
  }

  /** A report whose points jump waits longer than others. */
  async passToFinal(epoch: number): Promise<void> {
    const { finalAt } = await this.world.uptime.reportOf(epoch);
    await this.connection.networkHelpers.time.increaseTo(Number(finalAt) + 1);
  }

  async closeThrough(epoch: number): Promise<void> {
    const { settlement, priceOracle } = this.world;
    const end = this.startOf(epoch + 1);
    if ((await this.now()) <= end) await this.connection.networkHelpers.time.increaseTo(end + 1);
    for (let next = Number(await settlement.nextEpochToClose()); next <= epoch; next++) {
      const rounds = await priceOracle.roundsAt(this.startOf(next + 1));
      await settlement.closeEpoch(next, [...rounds]);
    }
  }

  /** The attestors' keys in order of an epoch's seats. */
  private async keys(epoch: number) {
    const { ethers } = this.connection;
    const { attestorKeys } = this.world;
    const [seats] = await this.world.uptime.setOf(epoch);
    return seats.map((seat) => {
      const wallet = attestorKeys.find(({ address }) => address === seat);
      if (wallet === undefined) throw new Error(`no key for seat ${seat}`);
      return new ethers.SigningKey(wallet.privateKey);
    });
  }

  /** A new lease in a status, on alice's node. */
  async inStatus(status: LeaseStatus): Promise<bigint> {
    const { leases, alice, buyer } = this.world;
    if (status === "None") return (await leases.leaseCount()) + 1n;
    const leaseId = await this.hire(150);
    if (status === "Closing") await leases.connect(alice).giveNotice(leaseId);
    if (status === "Paused") await this.pass(160);
    if (status === "Ended" || status === "Settled") await leases.connect(buyer).close(leaseId);
    if (status === "Ended") await this.pass(20);
    if (status === "Settled") {
      await this.pass(500);
      const { epoch } = await leases.nextPieceOf(leaseId);
      const [mine] = await this.finalReport(Number(epoch));
      await leases.settle(leaseId, mine.leaf, mine.proof);
    }
    return leaseId;
  }

  /** Credits of a number of seconds of one unit. */
  price(seconds: number): bigint {
    return BigInt(seconds) * RATE;
  }
}
