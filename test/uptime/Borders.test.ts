import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre from "hardhat";

import type { BuiltReport, Leaf, Report } from "@millrace/uptime-tree/format";

import { Evidence, treeOfLeaves } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import { BOND, BOND_WEI, CHALLENGE_SECONDS, deployUptime, EPOCH_SECONDS, Status, type UptimeFixture } from "./uptimeFixture.js"; // prettier-ignore

const { ethers, networkHelpers } = await hre.network.create();

const EPOCH = 0;
const Part = { Leaf: 0, DataChunk: 1 } as const;
/** Node 1 is seen by all in slot 0, by nobody else than seat 3 in slot 1, and is never there in slot 2. */
const [SEEN, BARELY, INVENTED] = [0, 1, 2];

describe("Borders of epochs, windows and proofs (I7)", () => {
  let at: UptimeFixture;
  let evidence: Evidence;
  let said: Statements[];
  let built: BuiltReport;

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    evidence = await Evidence.of(at);
  });

  const bonded = async (seat: number): Promise<bigint> => await at.world.bonded(at.attestors[seat]!.address);
  const bonds = async (): Promise<bigint[]> => await Promise.all([0, 1, 2, 3].map(bonded));
  const next = async (timestamp: number | bigint): Promise<void> => {
    await networkHelpers.time.setNextBlockTimestamp(timestamp);
  };
  const leafOf = (nodeId: bigint) => {
    const index = Number(nodeId) - 1;
    return [built.leaves.leaf(index), [...built.tree.proof(index)]] as [Leaf, string[]];
  };

  /** The report of epoch 0, by seats 0 to 2; 0 and 1 invent a slot. */
  const post = async (): Promise<void> => {
    said = await Promise.all(
      [0, 1, 2, 3].map(async (seat) => {
        const heard = (slot: number): bigint[] => (slot === SEEN || (slot === BARELY && seat > 1) ? [1n, 2n, 3n] : []);
        const seen = (slot: number): bigint[] => (slot === INVENTED && seat < 2 ? [1n] : heard(slot));
        return await evidence.tell(EPOCH, seat, { heard, seen });
      }),
    );
    built = await evidence.build(EPOCH, said.slice(0, 3));
    await evidence.post(EPOCH, built.report);
  };

  describe("an epoch that has not begun", () => {
    const FUTURE = 3;

    it("should have no seats to hold anything against: they may be others' in the end", async () => {
      await at.after(0);
      const one = await evidence.tell(FUTURE, 1, { heard: () => [1n] });
      const two = [evidence.batch(one, FUTURE, 0), await evidence.otherBatch(FUTURE, 0, 1)] as const;
      const early = [
        at.proofs.proveTwoBatches(...two, 1),
        at.proofs.proveTwoObservations(evidence.observation(one), await evidence.otherObservation(FUTURE, 1), 1),
        at.receipts.show(FUTURE, 1, [0], [evidence.receipt(one, 1n, 0)]),
      ];
      for (const sent of early) {
        await expect(sent).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_EpochNotBegun").withArgs(FUTURE);
      }
      // Who lied leaves in time, and the last one gets its seat: it has said nothing.
      await at.oracle.connect(at.attestors[1]).resign();
      await at.after(FUTURE - 1);
      const [keys] = await at.oracle.setOf(FUTURE);
      expect(keys[1]).to.equal(at.attestors[3]!.address);
      await expect(at.proofs.proveTwoBatches(...two, 1)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_WrongSigner",
      );
      expect((await at.oracle.epochStateOf(FUTURE)).guilty).to.equal(0n);
      expect(await bonds()).to.deep.equal([BOND, BOND, BOND, BOND]);
    });

    it("should begin with its first second", async () => {
      const beginsAt = at.genesisAt + EPOCH_SECONDS;
      await next(beginsAt - 1);
      await networkHelpers.mine();
      await expect(at.oracle.keyOf(1, 0)).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_EpochNotBegun");
      await next(beginsAt);
      await networkHelpers.mine();
      expect(await at.oracle.keyOf(1, 0)).to.equal(at.attestors[0]!.address);
    });

    it("should be judged by the set that it got, once it runs", async () => {
      await at.after(FUTURE - 1);
      const one = await evidence.tell(FUTURE, 1, { heard: () => [1n] });
      await at.proofs.proveTwoBatches(evidence.batch(one, FUTURE, 0), await evidence.otherBatch(FUTURE, 0, 1), 1);
      expect((await bonds()).map((bond) => bond < BOND)).to.deep.equal([false, true, false, false]);
      // The set of the running epoch stays as it is; from the next one on the seat is another's, and it is clean.
      expect(await at.oracle.keyOf(FUTURE, 1)).to.equal(at.attestors[1]!.address);
      await at.after(FUTURE);
      expect(await at.oracle.keyOf(FUTURE + 1, 1)).to.equal(at.attestors[3]!.address);
      expect((await at.oracle.epochStateOf(FUTURE + 1)).guilty).to.equal(0n);
    });
  });

  describe("the window of a report", () => {
    /** What can be done while a report is open, as attempts without a trace. */
    const openSteps = (): Record<string, () => Promise<unknown>> => {
      const { report } = built;
      const [leaf, proof] = leafOf(1n);
      const late = [2, 3].map((seat) => evidence.receipt(said[seat]!, 1n, BARELY));
      return {
        restoreSlot: () => at.challenges.restoreSlot.staticCall(report, leaf, proof, BARELY, late),
        challengeSlot: () => at.challenges.challengeSlot.staticCall(report, leaf, proof, INVENTED, { value: BOND_WEI }),
        cosign: async () => at.oracle.cosign.staticCall(report, 3, await at.signOne(report, 3), said[3]!.observation.signature.slice(0, 66), []), // prettier-ignore
      };
    };
    const allowed = async (): Promise<string[]> => {
      const steps = Object.entries(openSteps());
      const outcomes = await Promise.allSettled(steps.map(([, attempt]) => attempt()));
      return steps.flatMap(([name], i) => (outcomes[i]!.status === "fulfilled" ? [name] : []));
    };

    it("should be open in its last second, and closed in the first after it", async () => {
      await post();
      const finalAt = Number((await at.oracle.reportOf(EPOCH)).finalAt);
      await next(finalAt - 1);
      await networkHelpers.mine();
      expect(await allowed()).to.deep.equal(Object.keys(openSteps()));
      await next(finalAt);
      await networkHelpers.mine();
      expect(await allowed()).to.deep.equal([]);
      expect(await at.oracle.statusOf(EPOCH)).to.equal(Status.Final);
    });

    it("should let a challenge of its last second be answered and cleared after it, and hold the leaf until then", async () => {
      await post();
      const finalAt = Number((await at.oracle.reportOf(EPOCH)).finalAt);
      const [leaf, proof] = leafOf(1n);
      await next(finalAt - 1);
      await at.challenges.challengeSlot(built.report, leaf, proof, INVENTED, { value: BOND_WEI });
      const challengeId = await at.challenges.challengeIdOf(at.hash(built.report), 1, INVENTED);
      const { answerBy } = await at.challenges.challengeOf(challengeId);
      expect(answerBy).to.equal(finalAt - 1 + CHALLENGE_SECONDS / 4);
      const heartbeat = await evidence.signedHeartbeat(EPOCH, INVENTED);
      await next(answerBy - 1n);
      await at.challenges.showHeartbeat(challengeId, heartbeat, []);
      await expect(at.rewards.collect.staticCall(leaf, proof)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_LeafHeld"); // prettier-ignore
      await expect(at.challenges.correctedBitmap(built.report.root, 1, leaf.bitmap)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_LeafHeld"); // prettier-ignore
      await next(answerBy);
      await at.challenges.clearSlot(challengeId);
      await expect(at.challenges.showHeartbeat(challengeId, heartbeat, [])).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_WrongStatus"); // prettier-ignore
      await at.challenges.settleCorrection(built.report.root, 1);
      expect((await at.challenges.correctionsOf(1)).delta < 0n).to.equal(true);
      for (const seat of [0, 1]) await convictOf(challengeId, seat);
      expect((await bonds()).map((bond) => bond < BOND)).to.deep.equal([true, true, false, false]);
    });
  });

  const convictOf = async (challengeId: string, seat: number): Promise<void> => {
    const one = said[seat]!;
    await at.challenges.proveFalseSighting(challengeId, seat, evidence.observation(one), evidence.sightings(one));
  };

  it("should take an answer though somebody showed a part of it a moment earlier (T-53)", async () => {
    await post();
    const [leaf, proof] = leafOf(1n);
    const [, stranger] = await ethers.getSigners();
    await at.challenges.challengeSlot(built.report, leaf, proof, SEEN, { value: BOND_WEI });
    const challengeId = await at.challenges.challengeIdOf(at.hash(built.report), 1, SEEN);
    const heartbeat = await evidence.signedHeartbeat(EPOCH, SEEN);
    const receipts = said.map((each) => evidence.receipt(each, 1n, SEEN));
    await at.challenges.connect(stranger).showHeartbeat(challengeId, heartbeat, [receipts[0]!]);
    await expect(at.challenges.showHeartbeat(challengeId, heartbeat, [receipts[1]!, receipts[1]!]))
      .to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_SameSeat")
      .withArgs(1);
    await expect(at.challenges.showHeartbeat(challengeId, heartbeat, receipts))
      .to.emit(at.challenges, "ChallengeAnswered")
      .and.to.emit(at.challenges, "HeartbeatShown")
      .withArgs(challengeId, 0b1111);
  });

  describe("a report that falls while something is asked of it", () => {
    const demand = async (index: number): Promise<string> => {
      const [, , demander] = await ethers.getSigners();
      const value = await at.challenges.feeOf(EPOCH);
      await at.challenges.connect(demander!).demandPart(built.report, Part.Leaf, index, { value });
      return await at.challenges.demandIdOf(at.hash(built.report), Part.Leaf, index);
    };
    const owed = async (): Promise<bigint> => {
      const [, , demander] = await ethers.getSigners();
      return await at.challenges.owedTo(demander!);
    };
    const refuses = async (index: number): Promise<void> => {
      await expect(at.challenges.returnFee(built.report, Part.Leaf, index)).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_NoDemand",
      );
    };

    it("should give every fee back: of the demand that voids it, and of all others (I4)", async () => {
      await post();
      const demandIds = [await demand(0), await demand(1), await demand(2)];
      const { answerBy } = await at.challenges.demandOf(demandIds[2]!);
      const [leaf, proof] = leafOf(3n);
      await at.challenges.showLeaf(built.report, leaf, proof);
      await next(answerBy - 1n);
      await refuses(1);
      await next(answerBy);
      await refuses(1);
      await at.challenges.voidMissing(built.report, Part.Leaf, 0);
      expect(await owed()).to.equal(BOND_WEI);
      await expect(at.challenges.returnFee(built.report, Part.Leaf, 1))
        .to.emit(at.challenges, "FeeReturned")
        .withArgs(demandIds[1]);
      expect(await owed()).to.equal(2n * BOND_WEI);
      for (const index of [0, 1, 2]) await refuses(index);
      for (const id of demandIds) expect((await at.challenges.demandOf(id)).demander).to.equal(ZeroAddress);
      const [one, , two] = await ethers.getSigners();
      await at.challenges.withdraw(two!.address);
      await at.challenges.withdraw(one!.address);
      expect(await ethers.provider.getBalance(at.challenges)).to.equal(0n);
      expect(await at.challenges.feeOf(EPOCH), "nothing is open").to.equal(BOND_WEI);
    });

    it("should give it back when nobody voided the report in time, and not before it is final", async () => {
      await post();
      await demand(0);
      const finalAt = Number((await at.oracle.reportOf(EPOCH)).finalAt);
      await next(finalAt - 1);
      await refuses(0);
      await next(finalAt);
      await at.challenges.returnFee(built.report, Part.Leaf, 0);
      expect(await owed()).to.equal(BOND_WEI);
    });

    it("should let an open challenge be decided, convict liars, and settle nothing", async () => {
      await post();
      const [leaf, proof] = leafOf(1n);
      const { report } = built;
      await at.challenges.challengeSlot(report, leaf, proof, INVENTED, { value: BOND_WEI });
      await at.challenges.challengeSlot(report, leaf, proof, SEEN, { value: BOND_WEI });
      await demand(0);
      const idOf = async (slot: number) => await at.challenges.challengeIdOf(at.hash(report), 1, slot);
      const heartbeat = await evidence.signedHeartbeat(EPOCH, SEEN);
      const receipts = said.map((each) => evidence.receipt(each, 1n, SEEN));
      await contradict(3, report);
      await contradict(2, report);
      expect(await at.oracle.statusOf(EPOCH)).to.equal(Status.Void);
      // It is answered as if the report stood: who has receipts is never convicted for a report that fell.
      await at.challenges.showHeartbeat(await idOf(SEEN), heartbeat, receipts);
      await networkHelpers.time.increase(CHALLENGE_SECONDS);
      await at.challenges.clearSlot(await idOf(INVENTED));
      await convictOf(await idOf(INVENTED), 0);
      await expect(convictOf(await idOf(SEEN), 0)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_WrongStatus"); // prettier-ignore
      await at.challenges.settleCorrection(report.root, 1);
      expect((await at.challenges.correctionsOf(1)).toString()).to.equal("0,0");
      await at.challenges.returnFee(report, Part.Leaf, 0);
      expect((await bonds()).map((bond) => bond < BOND)).to.deep.equal([true, false, true, true]);
    });
  });

  describe("two proofs against one report", () => {
    it("should take the same from everybody, in either order", async () => {
      await at.close(EPOCH);
      const taken: bigint[][] = [];
      const start = await networkHelpers.takeSnapshot();
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const { report, tree, leaves } = await falseReport();
        const proofs = [
          async () => {
            await contradict(1, report);
          },
          async () => await at.proofs.proveFalseLeaf(report, leaves[1]!, [...tree.proof(1)]),
        ];
        for (const which of order) await proofs[which]!();
        expect(await at.oracle.statusOf(EPOCH)).to.equal(Status.Void);
        taken.push(await bonds());
        await start.restore();
      }
      expect(taken[0]).to.deep.equal(taken[1]);
      expect(taken[0]).to.deep.equal([(BOND * 70n) / 100n, 0n, (BOND * 70n) / 100n, BOND]);
    });

    /** A report in which a node has one point too many, signed by seats 0 to 2. */
    const falseReport = async () => {
      const { leaves } = await at.build(EPOCH);
      const wrong = leaves.map((leaf, i) => (i === 1 ? { ...leaf, points: leaf.points + 1n } : leaf));
      const tree = treeOfLeaves(wrong);
      const { report } = await at.build(EPOCH, { overrides: { root: tree.root } });
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await at.oracle.submitReport(report, signers, signatures);
      return { report, tree, leaves: wrong };
    };
  });

  /** Proves that a seat signed another report too. */
  const contradict = async (seat: number, report: Report): Promise<void> => {
    const other = { ...report, dataHash: "0x" + "0d".repeat(32) };
    const signatures = [await at.signOne(report, seat), await at.signOne(other, seat)] as const;
    await at.proofs.proveContradiction(report, other, seat, ...signatures);
  };
});
