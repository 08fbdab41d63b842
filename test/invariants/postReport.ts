import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { concat, HDNodeWallet, id, SigningKey } from "ethers";

import type { Proven } from "../market/leaseDriver.js";
import type { Play } from "./Play.js";

const LEAF = ["uint32", "uint32", "uint64", "address", "uint256", "uint128", "uint256", "uint128"];

/** Closes an epoch and all before it, and posts a report of these bitmaps, one a node, that shares out its pot. */
export async function postReport(play: Play, epoch: number, bitmapOf: (nodeId: number) => bigint): Promise<void> {
  const { uptime, nodes, settlement, attestors } = play.world;
  await play.leasing.closeThrough(epoch);
  const [registryDigest, nodeCount] = await nodes.registryAt(epoch);
  const [previousReport, previousEpoch] = await uptime.newestReport();
  const { availability } = await settlement.potOf(epoch);
  const before = play.reports.get(Number(previousEpoch)) ?? [];

  const bitmaps = Array.from({ length: Number(nodeCount) }, (_, index) => bitmapOf(index + 1));
  const points = bitmaps.map((bitmap) => BigInt(bitmap.toString(2).replaceAll("0", "").length));
  const totalPoints = points.reduce((sum, each) => sum + each, 0n);
  let pointsBefore = 0n;
  const leaves: Proven["leaf"][] = [];
  for (const [index, bitmap] of bitmaps.entries()) {
    const reward = totalPoints === 0n ? 0n : (availability * points[index]) / totalPoints;
    leaves.push({
      epoch,
      index,
      nodeId: BigInt(index + 1),
      provider: (await play.reads.of(nodes, "nodeOf", index + 1)).provider,
      bitmap,
      points: points[index],
      pointsBefore,
      rawCumulativeReward: (before[index]?.leaf.rawCumulativeReward ?? 0n) + reward,
    });
    pointsBefore += points[index];
  }
  const tree = StandardMerkleTree.of(
    leaves.map((leaf) => Object.values(leaf)),
    LEAF,
  );
  const report = {
    epoch,
    root: tree.root,
    evidenceRoot: id("evidence"),
    nodeCount,
    totalPoints,
    dataHash: id("data"),
    previousReport,
    registryDigest,
    configDigest: await uptime.configDigest(),
    consensusVersion: await uptime.CONSENSUS_VERSION(),
  };
  const signatures = await signaturesOf(play, epoch, await uptime.reportDigest(report));
  await uptime.submitReport(report, 2 ** attestors.length - 1, signatures);
  play.reports.set(
    epoch,
    leaves.map((leaf, index) => ({ leaf, proof: tree.getProof(index) })),
  );
}

/** All attestors' signatures, in order of the epoch's seats. */
async function signaturesOf({ world }: Play, epoch: number, digest: string): Promise<string> {
  const [seats] = await world.uptime.setOf(epoch);
  return concat(
    seats.map((seat) => {
      const wallet = world.attestorKeys.find(({ address }) => address === seat);
      if (!(wallet instanceof HDNodeWallet)) throw new Error(`no key for seat ${seat}`);
      return new SigningKey(wallet.privateKey).sign(digest).compactSerialized;
    }),
  );
}
