import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import hre from "hardhat";

import { leafTypes, leafValues, type Leaf, type Report } from "@millrace/uptime-tree/format";

import { deployUptime, EPOCH_SECONDS, POT, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

describe("UptimeOracle rewards", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  let at: UptimeFixture;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  const held = async (): Promise<bigint> => await at.world.balanceOf(at.rewards);
  const balances = async (): Promise<bigint[]> =>
    await Promise.all(at.providers.map((provider) => at.world.balanceOf(provider)));

  describe("verifyFinal", () => {
    it("should pass every leaf of a final report, and none before (T-59)", async () => {
      const { leaves, tree } = await at.post(0);
      await expect(at.oracle.verifyFinal(leaves[0]!, tree.proof(0)))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotFinal")
        .withArgs(0, Status.Posted);
      await at.finalise(0);
      for (const leaf of leaves) await at.oracle.verifyFinal(leaf, tree.proof(leaf.index));
    });

    it("should take leaves and proofs of StandardMerkleTree", async () => {
      const { leaves } = await at.post(0);
      await at.finalise(0);
      const reference = StandardMerkleTree.of(leaves.map(leafValues), [...leafTypes]);
      for (const [i, leaf] of leaves.entries()) await at.oracle.verifyFinal(leaf, reference.getProof(i));
    });

    it("should refuse a leaf with any field changed (T-58, X-22)", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      const leaf = leaves[1]!;
      const changes: Partial<Leaf>[] = [
        { index: 2 },
        { nodeId: 3n },
        { provider: at.providers[0]! },
        { bitmap: leaf.bitmap + 1n },
        { points: leaf.points + 1n },
        { pointsBefore: 0n },
        { rawCumulativeReward: leaf.rawCumulativeReward + 1n },
      ];
      for (const change of changes) {
        await expect(at.oracle.verifyFinal({ ...leaf, ...change }, tree.proof(1))).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_BadProof",
        );
      }
    });

    it("should refuse proofs that are empty, short, long, swapped or of another leaf (T-58, X-22)", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      const leaf = leaves.find(({ index }) => tree.proof(index).length === 2)!;
      const proof = tree.proof(leaf.index);
      const other = tree.proof(leaves.find(({ index }) => index !== leaf.index)!.index);
      const bad = [[], proof.slice(0, 1), proof.slice(1), [...proof, proof[0]!], proof.toReversed(), other];
      for (const each of bad) {
        await expect(at.oracle.verifyFinal(leaf, each)).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_BadProof",
        );
      }
    });

    it("should refuse an epoch without a report (X-21)", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      const leaf = { ...leaves[0]!, epoch: 9 };
      for (const proof of [[], tree.proof(0)]) {
        await expect(at.oracle.verifyFinal(leaf, proof))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotFinal")
          .withArgs(9, Status.None);
      }
    });

    it("should refuse a leaf of another epoch's report (T-59)", async () => {
      const first = await at.post(0);
      await at.post(1);
      await at.finalise(1);
      const replayed = { ...first.leaves[0]!, epoch: 1 };
      await expect(at.oracle.verifyFinal(replayed, first.tree.proof(0))).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_BadProof",
      );
    });

    it("should take a report of one node, whose proof is empty (T-58)", async () => {
      await at.world.setNodes("0x" + "d1".repeat(32), 1);
      await at.close(0);
      const { leaves } = await at.build(0);
      const alone = { ...leaves[0]!, points: 400n, rawCumulativeReward: POT.availability };
      const root = StandardMerkleTree.of([leafValues(alone)], [...leafTypes]).root;
      const { report } = await at.build(0, { overrides: { root, nodeCount: 1, totalPoints: 400n } });
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await at.oracle.submitReport(report, signers, signatures);
      await at.finalise(0);
      await at.oracle.verifyFinal(alone, []);
      await expect(at.oracle.verifyFinal(alone, [root])).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_BadProof",
      );
    });
  });

  describe("collect", () => {
    it("should pay each provider its share once (T-37, X-28)", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      for (const leaf of leaves) {
        await expect(at.rewards.collect(leaf, tree.proof(leaf.index)))
          .to.emit(at.rewards, "RewardsCollected")
          .withArgs(leaf.nodeId, leaf.provider, 0, leaf.rawCumulativeReward);
        await at.rewards.collect(leaf, tree.proof(leaf.index));
      }
      expect(await balances()).to.deep.equal(leaves.map(({ rawCumulativeReward }) => rawCumulativeReward));
      expect(await at.rewards.rewardsPaid()).to.equal(leaves.reduce((sum, leaf) => sum + leaf.rawCumulativeReward, 0n));
      // Units 1, 2, 3 of one class: a sixth, a third, a half, each rounded down.
      expect(await balances()).to.deep.equal([166_666n, 333_333n, 500_000n]);
    });

    it("should pay several epochs in one collection, and the same as one by one (I8)", async () => {
      const first = await at.post(0);
      await at.post(1, { bitmap: 1n });
      const third = await at.post(2, { bitmap: 0b11n });
      await at.finalise(2);
      await at.rewards.collect(first.leaves[0]!, first.tree.proof(0));
      for (const leaf of third.leaves) await at.rewards.collect(leaf, third.tree.proof(leaf.index));
      expect(await balances()).to.deep.equal(third.leaves.map(({ rawCumulativeReward }) => rawCumulativeReward));
      // An older leaf finds nothing left.
      await at.rewards.collect(first.leaves[0]!, first.tree.proof(0));
      expect(await balances()).to.deep.equal(third.leaves.map(({ rawCumulativeReward }) => rawCumulativeReward));
    });

    it("should pay the provider of the leaf, whoever calls, in a pause (T-54, I4)", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      await at.oracle.pauseEntries(7 * 24 * 3600);
      const [, , , stranger] = await ethers.getSigners();
      await at.rewards.connect(stranger).collect(leaves[2]!, tree.proof(2));
      expect(await at.world.balanceOf(at.providers[2]!)).to.equal(500_000n);
    });

    it("should hand over to staking what a provider shares with delegators, and nothing else", async () => {
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      const provider = at.providers[2]!;
      await at.world.setDelegators(provider, true);
      for (const leaf of leaves) await at.rewards.collect(leaf, tree.proof(leaf.index));
      expect(await at.world.rewarded(provider)).to.equal(500_000n);
      expect(await at.world.balanceOf(at.world)).to.equal(500_000n);
      expect(await balances()).to.deep.equal([166_666n, 333_333n, 0n]);
      expect(await at.world.rewarded(at.providers[0]!)).to.equal(0n);
    });

    it("should never pay a false report more than the pots (X-50)", async () => {
      await at.close(0);
      const { leaves } = await at.build(0);
      const greedy = leaves.map((leaf) => ({ ...leaf, rawCumulativeReward: 2n ** 127n }));
      const tree = StandardMerkleTree.of(greedy.map(leafValues), [...leafTypes]);
      const { report } = await at.build(0, { overrides: { root: tree.root } });
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await at.oracle.submitReport(report, signers, signatures);
      await at.finalise(0);
      for (const [i, leaf] of greedy.entries()) await at.rewards.collect(leaf, tree.getProof(i));
      expect(await at.rewards.rewardsPaid()).to.equal(POT.availability);
      expect(await held(), "the attestors' pot is untouched").to.equal(POT.attestors);
    });

    it("should never pay a node more than the pots since its last collection", async () => {
      const first = await at.post(0);
      await at.finalise(0);
      await at.rewards.collect(first.leaves[0]!, first.tree.proof(0));
      await at.close(1);
      const { leaves } = await at.build(1);
      const greedy = leaves.map((leaf, i) => (i === 0 ? { ...leaf, rawCumulativeReward: 2n ** 127n } : leaf));
      const tree = StandardMerkleTree.of(greedy.map(leafValues), [...leafTypes]);
      const { report } = await at.build(1, { overrides: { root: tree.root } });
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await at.oracle.submitReport(report, signers, signatures);
      await at.finalise(1);
      const before = await at.world.balanceOf(at.providers[0]!);
      await at.rewards.collect(greedy[0]!, tree.getProof(0));
      expect((await at.world.balanceOf(at.providers[0]!)) - before).to.equal(POT.availability);
    });

    it("should take no notice of donations (T-46)", async () => {
      await at.world.mint(at.oracle, 10n ** 20n);
      const { leaves, tree } = await at.post(0);
      await at.finalise(0);
      for (const leaf of leaves) await at.rewards.collect(leaf, tree.proof(leaf.index));
      expect(await balances()).to.deep.equal([166_666n, 333_333n, 500_000n]);
    });
  });

  describe("collectAttestorPay", () => {
    it("should share the pot among the signers to the last wei", async () => {
      await at.post(0, { seats: [0, 2, 3] });
      await at.finalise(0);
      const pay: bigint[] = [];
      for (const { address } of at.attestors) {
        await at.rewards.collectAttestorPay(address, [0]);
        pay.push(await at.world.balanceOf(address));
      }
      expect(pay).to.deep.equal([334n, 0n, 334n, 333n]);
    });

    it("should pay once, whatever the list (X-28, T-37)", async () => {
      await at.post(0);
      await at.post(1);
      await at.finalise(1);
      const { address } = at.attestors[1]!;
      await at.rewards.collectAttestorPay(address, [1, 0, 0, 1, 5, 1]);
      expect(await at.world.balanceOf(address)).to.equal(2n * 334n);
      await at.rewards.collectAttestorPay(address, [0, 1]);
      expect(await at.world.balanceOf(address)).to.equal(2n * 334n);
    });

    it("should pay nobody before the report is final, and no stranger ever", async () => {
      await at.post(0);
      const { address } = at.attestors[0]!;
      await at.rewards.collectAttestorPay(address, [0]);
      expect(await at.world.balanceOf(address)).to.equal(0);
      await at.finalise(0);
      await at.rewards.collectAttestorPay(at.providers[0]!, [0]);
      expect(await at.world.balanceOf(at.providers[0]!)).to.equal(0);
    });

    it("should pay the account behind a key that was rotated since", async () => {
      await at.post(0);
      const [member] = at.attestors;
      const { address } = member!;
      await at.oracle.connect(member).resign();
      await at.finalise(0);
      await at.rewards.collectAttestorPay(address, [0]);
      expect(await at.world.balanceOf(address)).to.equal(334n);
    });

    it("should leave out who was proven guilty in time, and give its part to the others", async () => {
      const { report } = await at.post(0);
      const other: Report = { ...report, dataHash: keccak256("0x") };
      const proof = [await at.signOne(report, 0), await at.signOne(other, 0)] as const;
      await at.proofs.proveContradiction(report, other, 0, ...proof);
      await at.finalise(0);
      for (const { address } of at.attestors) await at.rewards.collectAttestorPay(address, [0]);
      const pay = await Promise.all(at.attestors.map(({ address }) => at.world.balanceOf(address)));
      expect(pay).to.deep.equal([0n, 501n, 500n, 0n]);
    });
  });

  it("should leave out a signer who was proven guilty before the report was posted", async () => {
    await at.after(0);
    const { report: early } = await at.build(0);
    const other: Report = { ...early, dataHash: keccak256("0x") };
    await at.proofs.proveContradiction(early, other, 1, await at.signOne(early, 1), await at.signOne(other, 1));
    await at.post(0);
    await at.finalise(0);
    expect((await at.oracle.reportOf(0)).payees).to.equal(0b101n);
    for (const { address } of at.attestors) await at.rewards.collectAttestorPay(address, [0]);
    const pay = await Promise.all(at.attestors.map(({ address }) => at.world.balanceOf(address)));
    expect(pay).to.deep.equal([501n, 0n, 500n, 0n]);
  });

  describe("cancelPot", () => {
    const cancels = async (epoch: number, mill: bigint): Promise<void> => {
      const supply = await at.world.totalSupply();
      await expect(at.rewards.cancelPot(epoch)).to.emit(at.rewards, "PotCancelled").withArgs(epoch, mill);
      expect(supply - (await at.world.totalSupply())).to.equal(mill);
      await refuses(epoch);
    };
    const refuses = async (epoch: number): Promise<void> => {
      await expect(at.rewards.cancelPot(epoch))
        .to.be.revertedWithCustomError(at.rewards, "UptimeRewards_NothingToCancel")
        .withArgs(epoch);
    };

    it("should burn both pots of an epoch that nobody reported in time, and nothing of others (T-48)", async () => {
      await at.close(0);
      await refuses(0);
      await networkHelpers.time.increaseTo(at.genesisAt + 8 * EPOCH_SECONDS - 2);
      await refuses(0);
      await networkHelpers.time.increaseTo(at.genesisAt + 8 * EPOCH_SECONDS);
      await cancels(0, POT.availability + POT.attestors);
      expect(await held()).to.equal(0);
    });

    it("should wait for an epoch that is closed late", async () => {
      await at.after(20);
      await refuses(0);
      await at.close(0);
      await cancels(0, POT.availability + POT.attestors);
    });

    it("should burn the availability pot of a final report without points, and pay its signers (T-48)", async () => {
      const { leaves, tree } = await at.post(0, { bitmap: 0n });
      await refuses(0);
      await at.finalise(0);
      expect(leaves.every(({ points }) => points === 0n)).to.equal(true);
      await at.rewards.collect(leaves[0]!, tree.proof(0));
      await cancels(0, POT.availability);
      for (const { address } of at.attestors) await at.rewards.collectAttestorPay(address, [0]);
      expect(await held()).to.equal(0);
      // The next epoch pays as if it had never been.
      const next = await at.post(1);
      await at.finalise(1);
      await refuses(1);
      for (const leaf of next.leaves) await at.rewards.collect(leaf, next.tree.proof(leaf.index));
      expect(await at.rewards.rewardsPaid()).to.equal(999_999n);
    });

    it("should burn both pots of a void epoch, once", async () => {
      const { report } = await at.post(0);
      for (const seat of [0, 1]) {
        const other = { ...report, dataHash: hexlify(new Uint8Array(32).fill(9)) };
        const proof = [await at.signOne(report, seat), await at.signOne(other, seat)] as const;
        await at.proofs.proveContradiction(report, other, seat, ...proof);
      }
      await cancels(0, POT.availability + POT.attestors);
    });

    it("should burn the attestors' pot when no signer may be paid", async () => {
      const alone = await deployUptime(ethers, networkHelpers, 1);
      at = alone;
      const { report } = await at.post(0, { seats: [0] });
      const other = { ...report, dataHash: hexlify(new Uint8Array(32).fill(9)) };
      // One of one: a single contradiction is more than the quorum tolerates.
      await at.proofs.proveContradiction(report, other, 0, await at.signOne(report, 0), await at.signOne(other, 0));
      expect(await at.oracle.statusOf(0)).to.equal(Status.Void);
      await cancels(0, POT.availability + POT.attestors);
    });

    it("should leave the pots of a report with takers alone", async () => {
      await at.post(0);
      await at.finalise(0);
      await refuses(0);
      await at.after(30);
      await refuses(0);
    });
  });

  it("should account for every MILL of the pots over a random history (I8)", async () => {
    let cancelled = 0n;
    let last: Awaited<ReturnType<UptimeFixture["post"]>> | undefined;
    for (let epoch = 0; epoch < 12; epoch++) {
      if (epoch % 5 === 3) continue;
      last = await at.post(epoch, { bitmap: epoch % 4 === 2 ? 0n : BigInt(epoch + 1) });
    }
    await at.finalise(11);
    await at.after(30);
    const epochs = Array.from({ length: 12 }, (_, epoch) => epoch);
    for (const epoch of epochs) {
      const supply = await at.world.totalSupply();
      await at.rewards.cancelPot(epoch).catch(() => undefined);
      cancelled += supply - (await at.world.totalSupply());
    }
    for (const leaf of last!.leaves) await at.rewards.collect(leaf, last!.tree.proof(leaf.index));
    for (const { address } of at.attestors) await at.rewards.collectAttestorPay(address, epochs);
    const pots = (await at.world.nextEpochToClose()) * (POT.availability + POT.attestors);
    const paid = (await at.rewards.rewardsPaid()) + (await attestorPay());
    expect(paid + cancelled + (await held())).to.equal(pots);
    // What stays is the rounding of each epoch: less than a wei for each node.
    expect(Number(await held())).to.be.lessThan(12 * 3);
  });

  const attestorPay = async (): Promise<bigint> => {
    const each = await Promise.all(at.attestors.map(({ address }) => at.world.balanceOf(address)));
    return each.reduce((sum, value) => sum + value, 0n);
  };
});
