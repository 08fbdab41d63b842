import { expect } from "chai";
import { hexlify, id, Wallet } from "ethers";
import hre from "hardhat";

import { SIGHTINGS_SLOT, type BuiltReport } from "@millrace/uptime-tree/format";

import { Evidence } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import {
  BOND,
  BOND_WEI,
  CHALLENGE_SECONDS,
  deployUptime,
  EPOCH_SECONDS,
  join,
  POT,
  SLOTS,
  Status,
  type UptimeFixture,
} from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const EPOCH = 0;
const ANSWER_SECONDS = CHALLENGE_SECONDS / 4;
const NO_HEARTBEAT = 8n;
const LEAF = 0;
const CHUNK = 1;

describe("UptimeChallenges", () => {
  let at: UptimeFixture;
  let evidence: Evidence;
  let said: Statements[];
  let built: BuiltReport;

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  /** All nodes in slots 0 to 3, but node 2 in slot 3; seats 0 and 1 say that they saw it there too. */
  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    evidence = await Evidence.of(at);
    const truth = (slot: number): bigint[] =>
      slot < 4 ? evidence.nodeIds.filter((nodeId) => nodeId !== 2n || slot < 3) : [];
    const lie = (slot: number): bigint[] => (slot < 4 ? evidence.nodeIds : []);
    said = await Promise.all(
      [0, 1, 2, 3].map((seat) => evidence.tell(EPOCH, seat, seat < 2 ? { heard: truth, seen: lie } : { heard: truth })),
    );
    built = await evidence.build(EPOCH, said.slice(0, 3));
    await evidence.post(EPOCH, built.report);
  });

  const leafOf = (nodeId: bigint) => {
    const index = Number(nodeId) - 1;
    return [built.leaves.leaf(index), built.tree.proof(index)] as const;
  };
  const challenge = async (nodeId: bigint, slot: number): Promise<string> => {
    const args = [built.report, ...leafOf(nodeId), slot, { value: BOND_WEI }] as const;
    const challengeId = await at.challenges.challengeSlot.staticCall(...args);
    await at.challenges.challengeSlot(...args);
    return challengeId;
  };
  const lapse = async (): Promise<void> => {
    await networkHelpers.time.increase(ANSWER_SECONDS + 1);
  };
  const rewardOf = (nodeId: bigint): bigint => leafOf(nodeId)[0].rawCumulativeReward;

  it("should refuse a deployment without one of its parts", async () => {
    const parts = [at.oracle, at.world, at.world, at.world, at.world, 1n];
    for (const missing of parts.keys()) {
      const given = parts.map((each, i) => (i !== missing ? each : i === 5 ? 0n : ethers.ZeroAddress));
      await expect(ethers.deployContract("UptimeChallenges", given)).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_ZeroValue",
      );
    }
  });

  describe("false down", () => {
    /** Node 1 was up in slot 4 by receipts of two attestors; the report was made of others. */
    const restore = async (nodeId: bigint, slot: number, seats: readonly number[]) =>
      await at.challenges.restoreSlot(
        built.report,
        ...leafOf(nodeId),
        slot,
        seats.map((seat) => evidence.receipt(said[seat]!, nodeId, slot)),
      );

    beforeEach(async () => {
      at = await networkHelpers.loadFixture(deploy);
      evidence = await Evidence.of(at);
      const all = (slot: number): bigint[] => (slot < 4 ? evidence.nodeIds : []);
      const less = (slot: number): bigint[] => (slot === 3 ? [1n, 3n] : all(slot));
      said = await Promise.all(
        [0, 1, 2, 3].map((seat) => evidence.tell(EPOCH, seat, { heard: seat === 1 || seat === 2 ? less : all })),
      );
      // Seats 1 to 3: only one of them heard node 2 in slot 3.
      built = await evidence.build(EPOCH, said.slice(1));
      await evidence.post(EPOCH, built.report, [1, 2, 3]);
      expect(leafOf(2n)[0].bitmap).to.equal(0b0111n);
    });

    it("should turn a slot up by receipts of as many attestors as make it up, and pay for it", async () => {
      const before = rewardOf(2n);
      await expect(restore(2n, 3, [0, 3]))
        .to.emit(at.challenges, "SlotRestored")
        .withArgs(EPOCH, 2, 3, 0b1001);
      await expect(at.challenges.settleCorrection(built.report.root, 2)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_NotFinal",
      );
      await at.finalise(EPOCH);
      expect(await at.challenges.correctedBitmap(built.report.root, 2, 0b0111n)).to.equal(0b1111n);
      expect(await at.challenges.correctedReward(2, before)).to.deep.equal([before, 0n]);
      const gain = (POT.availability * 200n) / (built.report.totalPoints + 200n);
      await expect(at.challenges.settleCorrection(built.report.root, 2))
        .to.emit(at.challenges, "CorrectionSettled")
        .withArgs(EPOCH, 2, built.report.root, gain);
      expect(await at.challenges.correctedReward(2, before)).to.deep.equal([before + gain, 0n]);
      await at.rewards.collect(...leafOf(2n));
      expect((await at.rewards.collectionOf(2)).mill).to.equal(before + gain);
      await expect(at.challenges.settleCorrection(built.report.root, 2)).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_NothingToSettle",
      );
    });

    it("should refuse too few receipts, one twice, another's, and a slot that is up or turned", async () => {
      const { challenges } = at;
      await expect(restore(2n, 3, [0])).to.be.revertedWithCustomError(challenges, "UptimeChallenges_TooFewReceipts");
      await expect(restore(2n, 3, [0, 0])).to.be.revertedWithCustomError(challenges, "UptimeChallenges_SameSeat");
      await expect(restore(2n, 1, [0, 3])).to.be.revertedWithCustomError(challenges, "UptimeChallenges_WrongSlot");
      const mine = evidence.receipt(said[0]!, 2n, 3);
      const forged = [{ ...mine, seat: 1 }, evidence.receipt(said[3]!, 2n, 3)];
      await expect(challenges.restoreSlot(built.report, ...leafOf(2n), 3, forged)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_WrongSigner",
      );
      await restore(2n, 3, [0, 3]);
      await expect(restore(2n, 3, [0, 3])).to.be.revertedWithCustomError(challenges, "UptimeChallenges_WrongSlot");
    });

    it("should come too late for a final report", async () => {
      await at.finalise(EPOCH);
      await expect(restore(2n, 3, [0, 3]))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotOpen")
        .withArgs(EPOCH, Status.Final);
    });
  });

  describe("false up", () => {
    it("should grow dear with what is open, so that nobody asks for more than can be answered, and cheap again", async () => {
      at = await networkHelpers.loadFixture(deploy);
      const { report, leaves, tree } = await at.post(EPOCH, { bitmap: 2n ** 20n - 1n });
      const { challenges } = at;
      const ask = async (which: number, value: bigint): Promise<string> => {
        const [leaf, slot] = [leaves[which % 3]!, Math.floor(which / 3)];
        await challenges.challengeSlot(report, leaf, [...tree.proof(leaf.index)], slot, { value });
        return await challenges.challengeIdOf(at.hash(report), leaf.nodeId, slot);
      };
      expect(await challenges.bondWei()).to.equal(BOND_WEI);
      const asked: string[] = [];
      for (let which = 0; which < 32; which++) {
        expect(await challenges.bondOf(EPOCH)).to.equal(BOND_WEI);
        asked.push(await ask(which, BOND_WEI));
      }
      await expect(ask(32, BOND_WEI))
        .to.be.revertedWithCustomError(challenges, "UptimeChallenges_WrongBond")
        .withArgs(BOND_WEI, 2n * BOND_WEI);
      expect(await challenges.bondOf(EPOCH + 1), "each epoch has its own").to.equal(BOND_WEI);
      asked.push(await ask(32, 2n * BOND_WEI));

      await lapse();
      const [first, second, last] = [asked[0]!, asked[1]!, asked[32]!];
      await challenges.clearSlot(first);
      expect(await challenges.bondOf(EPOCH)).to.equal(2n * BOND_WEI);
      await challenges.clearSlot(second);
      expect(await challenges.bondOf(EPOCH)).to.equal(BOND_WEI);
      await challenges.clearSlot(last);
      const [challenger] = await ethers.getSigners();
      expect(await challenges.owedTo(challenger!), "what each brought comes back").to.equal(4n * BOND_WEI);
    });

    it("should clear a slot without a heartbeat, and slash exactly those who said they saw it", async () => {
      expect(leafOf(2n)[0].bitmap).to.equal(0b1111n);
      const [challenger] = await ethers.getSigners();
      const challengeId = await challenge(2n, 3);
      await lapse();
      await at.challenges.clearSlot(challengeId);
      expect(await at.challenges.owedTo(challenger!)).to.equal(BOND_WEI);

      const slash = async (seat: number) =>
        await at.challenges
          .connect(at.attestors[3]!)
          .proveFalseSighting(challengeId, seat, evidence.observation(said[seat]!), evidence.sightings(said[seat]!));
      for (const seat of [0, 1]) {
        await expect(slash(seat))
          .to.emit(at.oracle, "AttestorConvicted")
          .withArgs(EPOCH, at.attestors[seat]!.address, seat, NO_HEARTBEAT, BOND / 10n, challenger!.address);
        await expect(slash(seat)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_SameSeat");
      }
      for (const seat of [2, 3]) {
        await expect(slash(seat)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_NothingSeen");
      }
      const { payees, signers } = await at.oracle.reportOf(EPOCH);
      expect([payees, signers]).to.deep.equal([0b100n, 0b111n]);

      await at.finalise(EPOCH);
      await at.challenges.settleCorrection(built.report.root, 2);
      expect(await at.challenges.correctedBitmap(built.report.root, 2, 0b1111n)).to.equal(0b0111n);
      const { totalPoints } = built.report;
      const loss = (POT.availability * 200n + totalPoints - 1n) / totalPoints;
      await at.rewards.collect(...leafOf(2n));
      expect((await at.rewards.collectionOf(2)).mill).to.equal(rewardOf(2n) - loss);
    });

    it("should keep a slot for which heartbeat and receipts are shown, and pay who shows them", async () => {
      const challengeId = await challenge(2n, 2);
      await expect(challenge(2n, 2)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_AlreadyChallenged");
      const heartbeat = await evidence.signedHeartbeat(EPOCH, 2);
      const receipts = said.map((each) => evidence.receipt(each, 2n, 2));
      const other = await evidence.signedHeartbeat(EPOCH, 1);
      const { challenges } = at;
      await expect(challenges.showHeartbeat(challengeId, other, [])).to.be.revertedWithCustomError(
        challenges,
        "UptimeEvidence_WrongHeartbeat",
      );
      await expect(
        challenges.showHeartbeat(challengeId, heartbeat, [{ ...receipts[0]!, heartbeatHash: id("other") }]),
      ).to.be.revertedWithCustomError(challenges, "UptimeChallenges_OtherHeartbeat");
      await challenges.showHeartbeat(challengeId, heartbeat, [receipts[3]!]);
      expect((await challenges.challengeOf(challengeId)).shown).to.equal(0b1000);
      await challenges.showHeartbeat(challengeId, heartbeat, [receipts[3]!]);
      expect((await challenges.challengeOf(challengeId)).shown, "once").to.equal(0b1000);

      const answerer = at.attestors[2]!;
      await expect(challenges.connect(answerer).showHeartbeat(challengeId, heartbeat, [receipts[2]!]))
        .to.emit(challenges, "ChallengeAnswered")
        .withArgs(challengeId, answerer.address);
      await lapse();
      await expect(challenges.clearSlot(challengeId)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_WrongStatus",
      );
      await expect(challenges.withdraw(answerer)).to.changeEtherBalance(ethers, answerer, BOND_WEI);
      await expect(challenges.withdraw(answerer)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_NothingOwed",
      );
      await at.finalise(EPOCH);
      await at.rewards.collect(...leafOf(2n));
      expect((await at.rewards.collectionOf(2)).mill).to.equal(rewardOf(2n));
    });

    it("should never slash an attestor that showed what it had, even if others had nothing (I7)", async () => {
      const challengeId = await challenge(2n, 2);
      const heartbeat = await evidence.signedHeartbeat(EPOCH, 2);
      await at.challenges.showHeartbeat(challengeId, heartbeat, [evidence.receipt(said[3]!, 2n, 2)]);
      await lapse();
      await at.challenges.clearSlot(challengeId);
      await expect(
        at.challenges.proveFalseSighting(challengeId, 3, evidence.observation(said[3]!), evidence.sightings(said[3]!)),
      ).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_SameSeat");
    });

    it("should slash a sighting once, also if its report falls and the slot is challenged again (T-55)", async () => {
      at = await networkHelpers.loadFixture(deploy);
      await at.oracle.setChallengeSeconds(200);
      const { report: before } = await at.post(0);
      const invent = async (seat: number): Promise<Statements> => {
        return await evidence.tell(1, seat, { heard: () => [], seen: (slot) => (slot === 3 ? [2n] : []) });
      };
      const liars = [await invent(0), await invent(1)] as const;
      /** Posts the report of epoch 1 and has its false slot cleared. */
      const clear = async () => {
        const { report, leaves, tree } = await at.post(1, { bitmap: 0b1000n });
        await at.challenges.challengeSlot(report, leaves[1]!, [...tree.proof(1)], 3, { value: BOND_WEI });
        const challengeId = await at.challenges.challengeIdOf(at.hash(report), 2, 3);
        await networkHelpers.time.increase(51);
        await at.challenges.clearSlot(challengeId);
        return async (seat: 0 | 1) => {
          const [observation, sightings] = [evidence.observation(liars[seat]), evidence.sightings(liars[seat])];
          return await at.challenges.proveFalseSighting(challengeId, seat, observation, sightings);
        };
      };

      const slashFirst = await clear();
      await slashFirst(0);
      for (const seat of [2, 3]) {
        const other = { ...before, dataHash: id("other") };
        const signatures = [await at.signOne(before, seat), await at.signOne(other, seat)] as const;
        await at.proofs.proveContradiction(before, other, seat, ...signatures);
      }
      expect(await at.oracle.statusOf(1), "it was built on a void one").to.equal(Status.None);

      const slashAgain = await clear();
      await expect(slashAgain(0)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_SameSeat");
      await slashAgain(1);
      await expect(slashFirst(1)).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_SameSeat");
      for (const seat of [0, 1]) {
        expect(await at.world.bonded(at.attestors[seat]!.address)).to.equal(BOND - BOND / 10n);
      }
    });

    it("should hold the leaf, not the report, and take no other bond", async () => {
      await challenge(2n, 3);
      const { challenges } = at;
      const cheap = challenges.challengeSlot(built.report, ...leafOf(1n), 0, { value: BOND_WEI - 1n });
      await expect(cheap).to.be.revertedWithCustomError(challenges, "UptimeChallenges_WrongBond");
      await at.finalise(EPOCH);
      await expect(challenges.correctedBitmap(built.report.root, 2, 15n)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_LeafHeld",
      );
      await at.rewards.collect(...leafOf(1n));
      expect((await at.rewards.collectionOf(1)).mill).to.equal(rewardOf(1n));
      const late = challenges.challengeSlot(built.report, ...leafOf(1n), 0, { value: BOND_WEI });
      await expect(late).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotOpen");
    });
  });

  describe("missing data", () => {
    const demand = async (part: number, index: number, valueWei = BOND_WEI) =>
      await at.challenges.demandPart(built.report, part, index, { value: valueWei });

    it("should void a report of which a leaf is not shown in time, and slash nobody", async () => {
      await demand(LEAF, 1);
      await expect(at.challenges.voidMissing(built.report, LEAF, 1)).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_NoDemand",
      );
      await lapse();
      await expect(at.challenges.showLeaf(built.report, ...leafOf(2n))).to.be.revertedWithCustomError(
        at.challenges,
        "UptimeChallenges_NoDemand",
      );
      await expect(at.challenges.voidMissing(built.report, LEAF, 1))
        .to.emit(at.oracle, "EpochVoided")
        .withArgs(EPOCH);
      for (const { address } of at.attestors) expect(await at.world.bonded(address)).to.equal(BOND);
      expect(await at.challenges.owedTo((await ethers.getSigners())[0]!)).to.equal(BOND_WEI);
    });

    it("should pay who shows a leaf or a chunk, in time and as it is", async () => {
      const { challenges } = at;
      const shower = at.attestors[1]!;
      const { data } = built;
      const last = Math.ceil(data.length / 1024) - 1;
      await demand(LEAF, 1);
      await demand(CHUNK, last);
      await demand(CHUNK, last + 1);
      const chunk = hexlify(data.chunk(last));
      const good = [last, data.length, data.chunksRoot, chunk, data.proof(last)] as const;
      const wrong = [
        [last, data.length + 1, data.chunksRoot, chunk, data.proof(last)],
        [last, data.length, data.chunksRoot, hexlify(data.chunk(last).subarray(1)), data.proof(last)],
        [last, data.length, data.chunksRoot, "0x", []],
      ] as [number, number, string, string, string[]][];
      for (const args of wrong) {
        await expect(challenges.showChunk(built.report, ...args)).to.be.revertedWithCustomError(
          challenges,
          "UptimeChallenges_WrongPart",
        );
      }
      const stranger = { ...leafOf(2n)[0], points: 1n };
      await expect(challenges.showLeaf(built.report, stranger, leafOf(2n)[1])).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_WrongPart",
      );
      await challenges.connect(shower).showLeaf(built.report, ...leafOf(2n));
      await challenges.connect(shower).showChunk(built.report, ...good);
      await challenges.connect(shower).showChunk(built.report, last + 1, data.length, data.chunksRoot, "0x", []);
      expect(await challenges.owedTo(shower)).to.equal(3n * BOND_WEI);
      await lapse();
      await expect(challenges.voidMissing(built.report, LEAF, 1)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_NoDemand",
      );
    });

    it("should take demands only while they can be answered, of what exists, once, at a price that grows", async () => {
      const { challenges } = at;
      await expect(demand(LEAF, 3)).to.be.revertedWithCustomError(challenges, "UptimeChallenges_CannotDemand");
      await expect(demand(LEAF, 0, 1n)).to.be.revertedWithCustomError(challenges, "UptimeChallenges_WrongBond");
      for (let index = 0; index < 16; index++) await demand(CHUNK, index);
      await expect(demand(CHUNK, 3, 2n * BOND_WEI)).to.be.revertedWithCustomError(
        challenges,
        "UptimeChallenges_CannotDemand",
      );
      expect(await challenges.feeOf(EPOCH)).to.equal(2n * BOND_WEI);
      await networkHelpers.time.increase(CHALLENGE_SECONDS / 2);
      const late = demand(CHUNK, 20, 2n * BOND_WEI);
      await expect(late).to.be.revertedWithCustomError(challenges, "UptimeChallenges_CannotDemand");
    });
  });

  describe("late signatures", () => {
    const cosign = async (seat: number, inclusion: readonly string[], root = id("none")) =>
      await at.oracle.cosign(built.report, seat, await at.signOne(built.report, seat), root, [...inclusion]);

    it("should show a silent member, and pay it only if its observation was included", async () => {
      const { address } = at.attestors[2]!;
      const listed = built.evidence.proof(address, SIGHTINGS_SLOT);
      await expect(cosign(3, listed.proof, listed.root)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_NotIncluded",
      );
      await expect(cosign(3, [])).to.emit(at.oracle, "ReportCosigned").withArgs(EPOCH, 3, false);
      await expect(cosign(3, [])).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_AlreadySigned");
      const { payees, signers } = await at.oracle.reportOf(EPOCH);
      expect([payees, signers]).to.deep.equal([0b0111n, 0b1111n]);
    });

    it("should not pay a late member that could not show what it said it saw", async () => {
      at = await networkHelpers.loadFixture(deploy);
      await evidence.post(EPOCH, built.report, [1, 2, 3]);
      const challengeId = await challenge(2n, 3);
      await lapse();
      await at.challenges.clearSlot(challengeId);
      const [observation, sightings] = [evidence.observation(said[0]!), evidence.sightings(said[0]!)];
      await at.challenges.proveFalseSighting(challengeId, 0, observation, sightings);
      expect((await at.oracle.epochStateOf(EPOCH)).unpaid).to.equal(0b0001n);
      const { root, proof } = built.evidence.proof(at.attestors[0]!.address, SIGHTINGS_SLOT);
      await expect(cosign(0, proof, root))
        .to.emit(at.oracle, "ReportCosigned")
        .withArgs(EPOCH, 0, false);
      expect((await at.oracle.reportOf(EPOCH)).payees).to.equal(0b1110n);
    });

    it("should pay a late member whose observation was included", async () => {
      at = await networkHelpers.loadFixture(deploy);
      built = await evidence.build(EPOCH, said);
      await evidence.post(EPOCH, built.report);
      const { root, proof } = built.evidence.proof(at.attestors[3]!.address, SIGHTINGS_SLOT);
      await expect(cosign(3, proof, root))
        .to.emit(at.oracle, "ReportCosigned")
        .withArgs(EPOCH, 3, true);
      expect((await at.oracle.reportOf(EPOCH)).payees).to.equal(0b1111n);
      await at.finalise(EPOCH);
      const late = cosign(3, proof, root);
      await expect(late).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotOpen");
    });
  });

  describe("silence", () => {
    it("should eject a member that missed seven final reports in a row, and keep its bond", async () => {
      const { oracle } = at;
      const { address } = at.attestors[3]!;
      const eject = async () => await oracle.connect(at.attestors[0]!).eject(address);
      for (let epoch = 1; epoch < 7; epoch++) await at.post(epoch);
      await at.finalise(5);
      await expect(eject()).to.be.revertedWithCustomError(oracle, "UptimeOracle_NotDead").withArgs(address, 6, 7);
      await at.finalise(6);
      await expect(oracle.eject(at.attestors[0]!)).to.be.revertedWithCustomError(oracle, "UptimeOracle_NotDead");
      await expect(eject()).to.emit(oracle, "AttestorEjected").withArgs(address, 6);
      expect((await oracle.attestorOf(address)).isMember).to.equal(false);
      expect(await at.world.bonded(address)).to.equal(BOND);
      await expect(eject()).to.be.revertedWithCustomError(oracle, "UptimeOracle_NotMember");
    });

    it("should hold against a member no report of before it had a seat", async () => {
      const newcomer = Wallet.createRandom().connect(ethers.provider);
      for (let epoch = 1; epoch < 7; epoch++) await at.post(epoch);
      await at.finalise(6);
      await join(at, newcomer);
      const refuses = async (): Promise<void> => {
        await expect(at.oracle.eject(newcomer.address))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotDead")
          .withArgs(newcomer.address, 0, 7);
      };
      await refuses();
      // Nor one that is posted, of the first epoch in which it has one.
      await at.post(Number(await at.oracle.nextSetEpoch()), { seats: [0, 1, 2, 3] });
      await refuses();
    });

    it("should keep a member that signed a report since, posted or final", async () => {
      for (let epoch = 1; epoch < 7; epoch++) await at.post(epoch);
      await at.finalise(6);
      const { report } = await at.post(8);
      const { address } = at.attestors[3]!;
      await at.oracle.cosign(report, 3, await at.signOne(report, 3), id("none"), []);
      await expect(at.oracle.eject(address)).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotDead");
    });
  });

  describe("turns", () => {
    it("should give the gas of a report to the member whose turn it was, and to nobody else", async () => {
      const duty = at.attestors[1]!;
      await at.close(1);
      const { report } = await at.build(1);
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      expect(await at.oracle.dutySeat(1)).to.equal(1);
      await at.oracle.connect(duty).submitReport(report, signers, signatures);
      await at.finalise(1);
      for (const { address } of at.attestors) await at.rewards.collectAttestorPay(address, [0, 1]);
      const pay = await Promise.all(at.attestors.map(({ address }) => at.world.balanceOf(address)));
      // Of 1,001 each: epoch 0 was sent by a stranger; of epoch 1 a twentieth is for the gas.
      expect(pay).to.deep.equal([334n + 317n, 334n + 317n + 50n, 333n + 317n, 0n]);
    });

    it("should go from seat to seat, two slots each, from the end of the epoch on", async () => {
      const turnSeconds = 2 * (EPOCH_SECONDS / SLOTS);
      const endAt = at.genesisAt + 2 * EPOCH_SECONDS;
      for (const [seconds, seat] of [
        [-5, 1],
        [0, 1],
        [turnSeconds - 1, 1],
        [turnSeconds, 2],
        [2 * turnSeconds, 3],
        [3 * turnSeconds, 0],
        [4 * turnSeconds, 1],
      ] as const) {
        await networkHelpers.time.increaseTo(endAt + seconds);
        expect(await at.oracle.dutySeat(1), `${seconds} s after the end`).to.equal(seat);
      }
    });

    it("should give nothing for gas to a member whose turn is over, nor to one on duty that did not sign", async () => {
      const cases = [
        { sender: 1, seats: [0, 1, 2], turn: 0, transmitter: 2 },
        { sender: 1, seats: [0, 1, 2], turn: 1, transmitter: 0 },
        { sender: 3, seats: [0, 1, 2], turn: 2, transmitter: 4 },
      ];
      for (const { sender, seats, turn, transmitter } of cases) {
        const start = await networkHelpers.takeSnapshot();
        await at.close(1);
        const { report } = await at.build(1);
        const { signers, signatures } = await at.sign(report, seats);
        const turnSeconds = 2 * (EPOCH_SECONDS / SLOTS);
        await networkHelpers.time.setNextBlockTimestamp(at.genesisAt + 2 * EPOCH_SECONDS + turn * turnSeconds + 3);
        await at.oracle.connect(at.attestors[sender]).submitReport(report, signers, signatures);
        expect((await at.oracle.reportOf(1)).transmitter, `turn ${turn}`).to.equal(transmitter);
        await at.finalise(1);
        const { address } = at.attestors[sender]!;
        const { payees, bit, transmitterBit } = await at.oracle.payeesOf(1, address);
        expect([payees, bit]).to.deep.equal([0b111n, sender === 3 ? 0n : 0b10n]);
        expect(transmitterBit, `turn ${turn}`).to.equal(turn === 0 ? 0b10n : 0n);
        await at.rewards.collectAttestorPay(address, [1]);
        const paid = [317n + 50n, 334n, 0n][turn];
        expect(await at.world.balanceOf(address), `turn ${turn}`).to.equal(paid);
        await start.restore();
      }
    });
  });

  describe("receipts without a report", () => {
    it("should note the slots of which an attestor gave a receipt", async () => {
      const slots = [1, 2];
      const receipts = slots.map((slot) => evidence.receipt(said[3]!, 2n, slot));
      await at.receipts.show(EPOCH, 2, slots, receipts);
      expect(await at.receipts.seenOf(EPOCH, 2)).to.equal(0b110n);
      await at.receipts.show(EPOCH, 2, [0], [evidence.receipt(said[2]!, 2n, 0)]);
      expect(await at.receipts.seenOf(EPOCH, 2)).to.equal(0b111n);
      await expect(at.receipts.show(EPOCH, 2, [3], receipts)).to.be.revertedWithCustomError(
        at.receipts,
        "UptimeReceipts_WrongCount",
      );
      await expect(at.receipts.show(EPOCH, 2, [3], [receipts[0]!])).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_WrongSigner",
      );
      await expect(at.receipts.show(EPOCH, 3, [1], [receipts[0]!])).to.be.revertedWithCustomError(
        at.receipts,
        "UptimeEvidence_NotUnder",
      );
      await expect(ethers.deployContract("UptimeReceipts", [ethers.ZeroAddress])).to.be.revertedWithCustomError(
        at.receipts,
        "UptimeReceipts_ZeroAddress",
      );
    });
  });
});
