import { expect } from "chai";
import { id } from "ethers";
import hre from "hardhat";

import type { Leaf, Report } from "@millrace/uptime-tree/format";

import { Evidence, treeOfLeaves } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import { BOND, deployUptime, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const CONTRADICTION = 7n;
const FALSE_REPORT = 9n;
const EPOCH = 0;

describe("UptimeProofs", () => {
  let at: UptimeFixture;
  let evidence: Evidence;

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    evidence = await Evidence.of(at);
    await at.after(EPOCH - 1);
  });

  const honest = async (seat: number): Promise<Statements> =>
    await evidence.tell(EPOCH, seat, { heard: (slot) => (slot < 4 ? evidence.nodeIds : []) });

  const expectConvicted = async (sent: Promise<unknown>, seat: number): Promise<void> => {
    const [reporter] = await ethers.getSigners();
    const { address } = at.attestors[seat]!;
    await expect(sent)
      .to.emit(at.oracle, "AttestorConvicted")
      .withArgs(EPOCH, address, seat, CONTRADICTION, (BOND * 8n) / 10n, reporter!.address);
    expect((await at.oracle.attestorOf(address)).isMember).to.equal(false);
  };

  const expectNothing = async (sent: Promise<unknown>): Promise<void> => {
    await expect(sent).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NoContradiction");
  };

  it("should refuse a deployment without one of its contracts", async () => {
    for (const missing of [0, 1, 2, 3]) {
      const parts = [at.oracle, at.world, at.world, at.world].map((each, i) =>
        i === missing ? ethers.ZeroAddress : each,
      );
      await expect(ethers.deployContract("UptimeProofs", parts)).to.be.revertedWithCustomError(
        at.proofs,
        "UptimeProofs_ZeroAddress",
      );
    }
  });

  it("should leave judging to the contracts that are wired for it (T-54)", async () => {
    const [stranger] = await ethers.getSigners();
    for (const sent of [
      at.oracle.convict(EPOCH, 0, CONTRADICTION, stranger!),
      at.oracle.voidReport(EPOCH, true, stranger!),
    ]) {
      await expect(sent).to.be.revertedWithCustomError(at.oracle, "Wired_Forbidden");
    }
  });

  it("should convict for two observations of an epoch, not for one", async () => {
    const mine = evidence.observation(await honest(1));
    await expectNothing(at.proofs.proveTwoObservations(mine, mine, 1));
    await expectNothing(at.proofs.proveTwoObservations(mine, { ...(await evidence.otherObservation(1, 1)) }, 1));
    const other = await evidence.otherObservation(EPOCH, 1);
    await expect(at.proofs.proveTwoObservations(mine, other, 2)).to.be.revertedWithCustomError(
      at.oracle,
      "UptimeOracle_WrongSigner",
    );
    await expectConvicted(at.proofs.proveTwoObservations(mine, other, 1), 1);
  });

  it("should convict for two batches of a slot, not for batches of two slots", async () => {
    const statements = await honest(2);
    const mine = evidence.batch(statements, EPOCH, 3);
    await expectNothing(at.proofs.proveTwoBatches(mine, mine, 2));
    await expectNothing(at.proofs.proveTwoBatches(mine, evidence.batch(statements, EPOCH, 2), 2));
    const other = await evidence.otherBatch(EPOCH, 3, 2);
    await expectConvicted(at.proofs.proveTwoBatches(mine, other, 2), 2);
  });

  it("should convict for a batch that the own observation does not list, and for no other", async () => {
    const good = await honest(0);
    const bad = await evidence.tell(EPOCH, 3, {
      heard: (slot) => (slot < 4 ? evidence.nodeIds : []),
      unlisted: [1],
    });
    const prove = async (statements: Statements, slot: number, listed = evidence.listed(statements, slot)) =>
      await at.proofs.proveUnlistedBatch(
        evidence.batch(statements, EPOCH, slot),
        evidence.observation(statements),
        statements.seat,
        listed.root,
        listed.proof,
      );
    await expectNothing(prove(good, 1));
    await expectNothing(prove(bad, 2));
    // The root of another slot is no root of this one.
    await expect(prove(good, 1, evidence.listed(good, 10))).to.be.revertedWithCustomError(
      { interface: (await ethers.getContractFactory("UptimeProofs")).interface },
      "UptimeEvidence_NotUnder",
    );
    await expectConvicted(prove(bad, 1), 3);
  });

  it("should convict who hides a node of its own batch, and nobody else", async () => {
    const good = await honest(0);
    const bad = await evidence.tell(EPOCH, 1, {
      heard: (slot) => (slot < 4 ? evidence.nodeIds : []),
      seen: (slot) => (slot < 4 ? [1n, 3n] : []),
    });
    const prove = async (statements: Statements, nodeId: bigint) =>
      await at.proofs.proveHiddenSighting(
        evidence.observation(statements),
        evidence.receipt(statements, nodeId, 2),
        nodeId,
        2,
        evidence.listed(statements, 2).proof,
        evidence.sightings(statements),
      );
    await expectNothing(prove(good, 2n));
    await expectNothing(prove(bad, 1n));
    await expectConvicted(prove(bad, 2n), 1);
  });

  describe("false arithmetic", () => {
    let right: Leaf[];
    let base: Report;

    beforeEach(async () => {
      const built = await evidence.build(EPOCH, [await honest(0), await honest(1), await honest(2)]);
      right = at.providers.map((_, index) => built.leaves.leaf(index));
      base = built.report;
    });

    /** Posts a report of some leaves. */
    const post = async (leaves: readonly Leaf[], change: Partial<Report> = {}) => {
      const tree = treeOfLeaves(leaves);
      const report = { ...base, root: tree.root, ...change };
      await evidence.post(EPOCH, report);
      return { report, tree };
    };

    const expectVoid = async (sent: Promise<unknown>, index: number): Promise<void> => {
      const [reporter] = await ethers.getSigners();
      await expect(sent).to.emit(at.proofs, "FalseArithmeticProven").withArgs(EPOCH, index, reporter!.address);
      expect(await at.oracle.statusOf(EPOCH)).to.equal(Status.Void);
      for (const seat of [0, 1, 2, 3]) {
        const { address } = at.attestors[seat]!;
        const left = seat === 3 ? BOND : (BOND * 7n) / 10n;
        expect(await at.world.bonded(address), `bond of seat ${seat}`).to.equal(left);
        expect((await at.oracle.attestorOf(address)).isMember).to.equal(seat === 3);
      }
      const convicted = await at.oracle.queryFilter(at.oracle.filters.AttestorConvicted());
      expect(convicted.map(({ args }) => args.offence)).to.deep.equal([FALSE_REPORT, FALSE_REPORT, FALSE_REPORT]);
    };

    const wrong = (index: number, change: Partial<Leaf>): Leaf[] =>
      right.map((leaf, i) => (i === index ? { ...leaf, ...change } : leaf));

    const falseLeaves: [string, number, Partial<Leaf>][] = [
      ["another epoch", 1, { epoch: 1 }],
      ["a place beyond the registry", 2, { index: 3 }],
      ["another node's place", 1, { nodeId: 3n }],
      ["bits that are no slots", 1, { bitmap: 1n << 20n }],
      ["a sum before the first", 0, { pointsBefore: 1n }],
      ["a last sum that is not the total", 2, { pointsBefore: 5n }],
      ["another provider", 1, { provider: "0x00000000000000000000000000000000000000aa" }],
      ["points that do not follow from the slots", 1, { points: 801n }],
    ];
    for (const [what, index, change] of falseLeaves) {
      it(`should void a report in which a leaf has ${what}, and slash who signed it`, async () => {
        const leaves = wrong(index, change);
        const { report, tree } = await post(leaves);
        await expectVoid(at.proofs.proveFalseLeaf(report, leaves[index]!, tree.proof(index)), leaves[index]!.index);
      });
    }

    it("should void a report in which two adjacent leaves do not add up", async () => {
      const leaves = wrong(1, { pointsBefore: right[1]!.pointsBefore + 1n });
      const { report, tree } = await post(leaves);
      const pair = [leaves[0]!, tree.proof(0), leaves[1]!, tree.proof(1)] as const;
      await expectVoid(at.proofs.proveFalsePair(report, ...pair), 0);
    });

    it("should void a report with two leaves of one index", async () => {
      const leaves = [...right, { ...right[1]!, bitmap: 1n }];
      const { report, tree } = await post(leaves);
      const pair = [leaves[1]!, tree.proof(1), leaves[3]!, tree.proof(3)] as const;
      await expectVoid(at.proofs.proveFalsePair(report, ...pair), 1);
    });

    it("should void a report that pays a node more than its share", async () => {
      const leaves = wrong(2, { rawCumulativeReward: right[2]!.rawCumulativeReward + 1n });
      const { report, tree } = await post(leaves);
      // The first report follows none: what is given for one is not looked at.
      const sent = at.proofs.proveFalseReward(report, leaves[2]!, tree.proof(2), report, leaves[2]!, []);
      await expectVoid(sent, 2);
    });

    it("should never void a report that keeps the formula (I7)", async () => {
      const { report, tree } = await post(right);
      for (const [index, leaf] of right.entries()) {
        await expect(at.proofs.proveFalseLeaf(report, leaf, tree.proof(index)))
          .to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NothingFalse")
          .withArgs(EPOCH, index);
        const reward = at.proofs.proveFalseReward(report, leaf, tree.proof(index), report, leaf, []);
        await expect(reward).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NothingFalse");
        for (const [next, other] of right.entries()) {
          const pair = at.proofs.proveFalsePair(report, leaf, tree.proof(index), other, tree.proof(next));
          await expect(pair).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NothingFalse");
        }
      }
      const stranger = { ...right[0]!, points: 7n };
      await expect(at.proofs.proveFalseLeaf(report, stranger, tree.proof(0))).to.be.revertedWithCustomError(
        at.proofs,
        "UptimeProofs_NotUnder",
      );
    });

    it("should compare rewards with the report before, and only with that one", async () => {
      const { report: first, tree: firstTree } = await post(right);
      await at.close(1);
      const later = right.map((leaf) => ({
        ...leaf,
        epoch: 1,
        rawCumulativeReward: 2n * leaf.rawCumulativeReward,
      }));
      later[1] = { ...later[1]!, rawCumulativeReward: later[1]!.rawCumulativeReward - 1n };
      const tree = treeOfLeaves(later);
      const second = { ...base, epoch: 1, root: tree.root, previousReport: at.hash(first) };
      await evidence.post(1, second);
      const prove = async (index: number, previous: Report, before: Leaf) =>
        await at.proofs.proveFalseReward(
          second,
          later[index]!,
          tree.proof(index),
          previous,
          before,
          firstTree.proof(before.index),
        );
      await expect(prove(0, first, right[0]!)).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NothingFalse");
      for (const [previous, before] of [
        [{ ...first, dataHash: id("x") }, right[1]!],
        [first, right[0]!],
      ] as const) {
        await expect(prove(1, previous, before)).to.be.revertedWithCustomError(
          at.proofs,
          "UptimeProofs_WrongPredecessor",
        );
      }
      await expect(prove(1, first, right[1]!))
        .to.emit(at.oracle, "EpochVoided")
        .withArgs(1);
      expect(await at.oracle.statusOf(0), "the report before stands").to.equal(Status.Posted);
      expect(await at.oracle.newestReport()).to.deep.equal([at.hash(first), 0n]);
    });

    it("should come too late once the report is final", async () => {
      const leaves = wrong(1, { points: 801n });
      const { report, tree } = await post(leaves);
      await at.finalise(EPOCH);
      await expect(at.proofs.proveFalseLeaf(report, leaves[1]!, tree.proof(1)))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotOpen")
        .withArgs(EPOCH, Status.Final);
    });
  });
});
