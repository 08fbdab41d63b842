import { expect } from "chai";
import { id } from "ethers";
import hre from "hardhat";

import { SIGHTINGS_SLOT, type BuiltReport, type Leaf } from "@millrace/uptime-tree/format";

import { Evidence, treeOfLeaves } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import { BOND_WEI, CHALLENGE_SECONDS, deployUptime, POT, SLOTS, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const ALL_SLOTS = Array.from({ length: SLOTS }, (_, slot) => slot);

/** What third parties can do to an attestor's pay and a node's rewards, with evidence that anybody can get (I11). */
describe("Strangers with true evidence", () => {
  let at: UptimeFixture;
  let evidence: Evidence;

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    evidence = await Evidence.of(at);
  });

  const leafOf = ({ leaves, tree }: BuiltReport, nodeId: bigint): [Leaf, string[]] => {
    const index = Number(nodeId) - 1;
    return [leaves.leaf(index), [...tree.proof(index)]];
  };
  const lapse = async (): Promise<void> => {
    await networkHelpers.time.increase(CHALLENGE_SECONDS / 4 + 1);
  };
  /** Lets all attestors tell the same of all nodes in some slots. */
  const testify = async (epoch: number, slots: readonly number[]): Promise<Statements[]> => {
    const heard = (slot: number): bigint[] => (slots.includes(slot) ? evidence.nodeIds : []);
    return await Promise.all([0, 1, 2, 3].map((seat) => evidence.tell(epoch, seat, { heard })));
  };

  describe("a late signature that somebody else sends without its proof", () => {
    let built: BuiltReport;

    beforeEach(async () => {
      built = await evidence.build(0, await testify(0, [0, 1]));
      await evidence.post(0, built.report);
      const signature = await at.signOne(built.report, 3);
      const [stranger] = await ethers.getSigners();
      await at.oracle.connect(stranger).cosign(built.report, 3, signature, id("none"), []);
    });

    const cosign = async () => {
      const { root, proof } = built.evidence.proof(at.attestors[3]!.address, SIGHTINGS_SLOT);
      return await at.oracle.cosign(built.report, 3, await at.signOne(built.report, 3), root, proof);
    };

    it("should keep no attestor from being paid (I11, T-53)", async () => {
      expect((await at.oracle.reportOf(0)).payees).to.equal(0b0111n);
      await expect(cosign()).to.emit(at.oracle, "ReportCosigned").withArgs(0, 3, true);
      expect((await at.oracle.reportOf(0)).payees).to.equal(0b1111n);
      await expect(cosign()).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_AlreadySigned");
      await at.finalise(0);
      await at.rewards.collectAttestorPay(at.attestors[3]!.address, [0]);
      expect(await at.world.balanceOf(at.attestors[3]!.address)).to.equal(POT.attestors / 4n);
    });

    it("should pay nobody who contradicted itself, however often it is sent", async () => {
      await at.proofs.proveTwoBatches(
        evidence.batch((await testify(0, [0]))[3]!, 0, 0),
        await evidence.otherBatch(0, 0, 3),
        3,
      );
      await expect(cosign()).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_AlreadySigned");
      expect((await at.oracle.reportOf(0)).payees).to.equal(0b0111n);
    });
  });

  describe("a challenge that its own challenger answers", () => {
    it("should hold back nothing of a node once it is answered (I4, I11)", async () => {
      const said = await testify(0, [0]);
      const first = await evidence.build(0, said);
      await evidence.post(0, first.report);
      await at.finalise(0);
      const again = await testify(1, [0]);
      const { report, leaves, tree } = await at.post(1, { bitmap: 1n });
      const [stranger] = await ethers.getSigners();
      const challenges = at.challenges.connect(stranger);
      const bondsBefore = await at.challenges.owedTo(stranger!);
      await challenges.challengeSlot(report, leaves[1]!, [...tree.proof(1)], 0, { value: BOND_WEI });
      const challengeId = await challenges.challengeIdOf(at.hash(report), 2, 0);
      await expect(at.rewards.collect(...leafOf(first, 2n))).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_LeafHeld",
      );
      const receipts = again.map((each) => evidence.receipt(each, 2n, 0));
      await challenges.showHeartbeat(challengeId, await evidence.signedHeartbeat(1, 0), receipts);
      expect(await at.challenges.owedTo(stranger!), "it costs only gas").to.equal(bondsBefore + BOND_WEI);
      expect(await at.challenges.correctedReward(2, 1)).to.deep.equal([1n, 0n]);
      await at.rewards.collect(...leafOf(first, 2n));
      expect((await at.rewards.collectionOf(2)).mill).to.equal(leafOf(first, 2n)[0].rawCumulativeReward);
      // Nothing is left to settle, and other challenges to the leaf count as before.
      await expect(challenges.settleCorrection(report.root, 2)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_NothingToSettle",
      );
    });

    it("should hold a leaf for as long as another one is open, or found something", async () => {
      const said = await testify(0, [0]);
      // Slot 1 is invented.
      const { report, leaves, tree } = await at.post(0, { bitmap: 0b11n });
      const challenge = async (slot: number): Promise<string> => {
        await at.challenges.challengeSlot(report, leaves[1]!, [...tree.proof(1)], slot, { value: BOND_WEI });
        return await at.challenges.challengeIdOf(at.hash(report), 2, slot);
      };
      const [seen, invented] = [await challenge(0), await challenge(1)];
      const receipts = said.map((each) => evidence.receipt(each, 2n, 0));
      await at.challenges.showHeartbeat(seen, await evidence.signedHeartbeat(0, 0), receipts);
      expect((await at.challenges.correctedReward(2, 1))[1]).to.equal(1n);
      await lapse();
      await at.challenges.clearSlot(invented);
      expect((await at.challenges.correctedReward(2, 1))[1]).to.equal(1n);
      await at.finalise(0);
      await at.challenges.settleCorrection(report.root, 2);
      expect(await at.challenges.correctedBitmap(report.root, 2, 0b11n)).to.equal(1n);
      expect((await at.challenges.correctedReward(2, 1))[1]).to.equal(0n);
    });
  });

  describe("a slot that a stranger restores, in every report", () => {
    /** All hear all but node 2 in slot 3, which seats 0 and 3 hear; seat 0 is left out of the report. */
    const postWithout = async (epoch: number): Promise<[BuiltReport, Statements[]]> => {
      const less = (slot: number): bigint[] => (slot === 3 ? [1n, 3n] : evidence.nodeIds);
      const said = await Promise.all(
        [0, 1, 2, 3].map((seat) =>
          evidence.tell(epoch, seat, { heard: seat === 1 || seat === 2 ? less : () => evidence.nodeIds }),
        ),
      );
      const built = await evidence.build(epoch, said.slice(1));
      await evidence.post(epoch, built.report, [1, 2, 3]);
      return [built, said];
    };
    const restore = async ([built, said]: [BuiltReport, Statements[]], slot = 3): Promise<void> => {
      const [stranger] = await ethers.getSigners();
      const receipts = [0, 3].map((seat) => evidence.receipt(said[seat]!, 2n, slot));
      await at.challenges.connect(stranger).restoreSlot(built.report, ...leafOf(built, 2n), slot, receipts);
    };

    it("should hold back nothing of its node (I4, I11)", async () => {
      const first = await postWithout(0);
      await restore(first);
      // The windows of two reports overlap, so without settling one there is always another.
      await restore(await postWithout(1));
      await at.finalise(0);
      await at.challenges.settleCorrection(first[0].report.root, 2);
      const [leaf, proof] = leafOf(first[0], 2n);
      const [due, pending] = await at.challenges.correctedReward(2, leaf.rawCumulativeReward);
      expect([due > leaf.rawCumulativeReward, pending]).to.deep.equal([true, 0n]);
      await at.rewards.collect(leaf, proof);
      expect((await at.rewards.collectionOf(2)).mill).to.equal(due);
    });

    it("should hold a leaf while a challenge is open, or more was taken than given", async () => {
      const posted = await postWithout(0);
      const { report } = posted[0];
      const pending = async (): Promise<bigint> => (await at.challenges.correctionsOf(2)).pending;
      const challenge = async (slot: number): Promise<string> => {
        await at.challenges.challengeSlot(report, ...leafOf(posted[0], 2n), slot, { value: BOND_WEI });
        return await at.challenges.challengeIdOf(at.hash(report), 2, slot);
      };
      const [one, two] = [await challenge(0), await challenge(1)];
      await lapse();
      for (const [challengeId, open] of [
        [one, 1n],
        [two, 0n],
      ] as const) {
        await at.challenges.clearSlot(challengeId);
        expect(await pending()).to.equal(1n);
        expect((await at.challenges.correctionOf(report.root, 2)).openChallenges).to.equal(open);
      }
      await restore(posted);
      expect(await pending(), "two slots less, one more").to.equal(1n);
      await at.finalise(0);
      await expect(at.rewards.collect(...leafOf(posted[0], 2n))).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_LeafHeld",
      );
      await at.challenges.settleCorrection(report.root, 2);
      expect(await pending()).to.equal(0n);
    });
  });

  describe("slots that are kept out of a report and restored", () => {
    /** Node 3 beats for two attestors only, of which the leader leaves one out. */
    const postWithoutNode3 = async () => {
      const others = (): bigint[] => [1n, 2n];
      const said = await Promise.all(
        [0, 1, 2, 3].map((seat) => evidence.tell(0, seat, { heard: seat < 2 ? () => evidence.nodeIds : others })),
      );
      const built = await evidence.build(0, said.slice(1));
      await evidence.post(0, built.report, [1, 2, 3]);
      const receipts = (slot: number) => [0, 1].map((seat) => evidence.receipt(said[seat]!, 3n, slot));
      return { built, receipts, gain: async () => (await at.challenges.correctionOf(built.report.root, 3)).delta };
    };

    it("should be worth nothing to a node that did not show its capacity", async () => {
      const { built, receipts, gain } = await postWithoutNode3();
      await at.world.setWeak(3, true);
      await at.challenges.restoreSlot(built.report, ...leafOf(built, 3n), 0, receipts(0));
      expect(await gain()).to.equal(0n);
      await at.world.setWeak(3, false);
      await at.challenges.restoreSlot(built.report, ...leafOf(built, 3n), 1, receipts(1));
      expect(await gain()).not.to.equal(0n);
    });

    it("should be given up by nobody but the provider while its node is not active (I11)", async () => {
      const { built, receipts, gain } = await postWithoutNode3();
      const { challenges } = at;
      const leaf = leafOf(built, 3n);
      await at.world.setPaused(3, true);
      await expect(challenges.restoreSlot(built.report, ...leaf, 0, receipts(0)))
        .to.be.revertedWithCustomError(challenges, "UptimeChallenges_NotActive")
        .withArgs(3);
      const provider = await ethers.getSigner(leaf[0].provider);
      await challenges.connect(provider).restoreSlot(built.report, ...leaf, 1, receipts(1));
      expect(await gain()).to.equal(0n);
      await at.world.setPaused(3, false);
      await challenges.restoreSlot(built.report, ...leaf, 0, receipts(0));
      expect(await gain()).not.to.equal(0n);
    });

    it("should be worth what they would have been in it, all together (I8)", async () => {
      // Node 3 beats for two attestors only, of which the leader leaves one out: all others share the pot.
      const others = (): bigint[] => [1n, 2n];
      const said = await Promise.all(
        [0, 1, 2, 3].map((seat) => evidence.tell(0, seat, { heard: seat < 2 ? () => evidence.nodeIds : others })),
      );
      const built = await evidence.build(0, said.slice(1));
      await evidence.post(0, built.report, [1, 2, 3]);
      const { report } = built;
      expect(leafOf(built, 3n)[0].bitmap).to.equal(0n);
      for (const slot of ALL_SLOTS) {
        const receipts = [0, 1].map((seat) => evidence.receipt(said[seat]!, 3n, slot));
        await at.challenges.restoreSlot(report, ...leafOf(built, 3n), slot, receipts);
      }
      await at.finalise(0);
      await at.challenges.settleCorrection(report.root, 3);
      const own = 300n * BigInt(SLOTS);
      const [mill] = await at.challenges.correctedReward(3, 0);
      expect(mill).to.equal((POT.availability * own) / (report.totalPoints + own));
      expect(mill).to.equal(POT.availability / 2n);
    });
  });

  describe("absurd leaves of a quorum of liars", () => {
    /** The report of epoch 0 with one leaf replaced, of which one point is left in all. */
    const postFalse = async (lie: Partial<Leaf>) => {
      await at.close(0);
      const { leaves } = await at.build(0);
      const wrong = leaves.map((leaf, i) => (i === 1 ? { ...leaf, ...lie } : leaf));
      const tree = treeOfLeaves(wrong);
      const { report } = await at.build(0, { overrides: { root: tree.root, totalPoints: 1n } });
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await at.oracle.submitReport(report, signers, signatures);
      return { report, leaf: wrong[1]!, proof: [...tree.proof(1)] };
    };

    it("should not lock the rewards of their victim, whatever a slot is said to be worth (T-10, I4)", async () => {
      // Worth more than half of 128 bits, which no signed sum of them can hold.
      const points = (1n << 127n) / POT.availability + 1n;
      const { report, leaf, proof } = await postFalse({ bitmap: 0b11n, points: 2n * points });
      for (const slot of [0, 1]) await at.challenges.challengeSlot(report, leaf, proof, slot, { value: BOND_WEI });
      await at.proofs.proveFalseLeaf(report, leaf, proof);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Void);
      await lapse();
      for (const slot of [0, 1])
        await at.challenges.clearSlot(await at.challenges.challengeIdOf(at.hash(report), 2, slot));
      await at.challenges.settleCorrection(report.root, 2);
      const { leaves, tree } = await at.post(1);
      await at.finalise(1);
      await at.rewards.collect(leaves[1]!, [...tree.proof(1)]);
      expect((await at.rewards.collectionOf(2)).mill).to.equal(leaves[1]!.rawCumulativeReward);
    });

    it("should say what is wrong with a leaf of node 0, which nobody can have seen", async () => {
      const said = await testify(0, [0]);
      const { report, leaf, proof } = await postFalse({ nodeId: 0n });
      await at.challenges.challengeSlot(report, leaf, proof, 0, { value: BOND_WEI });
      await lapse();
      const challengeId = await at.challenges.challengeIdOf(at.hash(report), 0, 0);
      await at.challenges.clearSlot(challengeId);
      await expect(
        at.challenges.proveFalseSighting(challengeId, 3, evidence.observation(said[3]!), evidence.sightings(said[3]!)),
      ).to.be.revertedWithCustomError(at.challenges, "UptimeEvidence_NotUnder");
    });
  });
});
