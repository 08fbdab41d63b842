import { expect } from "chai";
import { Signature, Wallet, ZeroHash } from "ethers";
import hre from "hardhat";

import { reportDigest, reportTypes, uptimeDomain, type Report } from "@millrace/uptime-tree/format";

import { CHALLENGE_SECONDS, deployUptime, EPOCH_SECONDS, POT, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const SECP256K1_N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("UptimeOracle reports", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  let at: UptimeFixture;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  describe("submitReport", () => {
    it("should accept a report of a quorum and show it (T-60)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const { signers, signatures } = await at.sign(report, [0, 2, 3]);
      const [stranger] = (await ethers.getSigners()).slice(5);
      await expect(at.oracle.connect(stranger).submitReport(report, signers, signatures)).to.emit(
        at.oracle,
        "ReportPosted",
      );
      const record = await at.oracle.reportOf(0);
      const now = BigInt(await networkHelpers.time.latest());
      expect(record.root).to.equal(report.root);
      expect(await at.oracle.reportHashAt(0)).to.equal(at.hash(report));
      expect(record.finalAt).to.equal(now + BigInt(CHALLENGE_SECONDS));
      expect(record.payees).to.equal(0b1101n);
      expect(record.cumulativePot).to.equal(POT.availability);
      expect(await at.oracle.newestReport()).to.deep.equal([at.hash(report), 0n]);
    });

    it("should hash and sign reports as ethers does (T-38)", async () => {
      const { report } = await at.build(0);
      const domain = uptimeDomain(at.chainId, await at.oracle.getAddress());
      expect(await at.oracle.reportDigest(report)).to.equal(reportDigest(domain, report));
      expect(await at.oracle.reportHashOf(report)).to.equal(at.hash(report));
    });

    it("should refuse a signature when any signed field was changed (T-38)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      const other = "0x" + "77".repeat(32);
      const changes: Partial<Report>[] = [
        { root: other },
        { evidenceRoot: other },
        { totalPoints: report.totalPoints + 1n },
        { dataHash: other },
      ];
      for (const change of changes) {
        await expect(
          at.oracle.submitReport({ ...report, ...change }, signers, signatures),
        ).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WrongSigner");
      }
    });

    it("should refuse signatures for another chain or contract (T-38)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const address = await at.oracle.getAddress();
      for (const domain of [uptimeDomain(1, address), uptimeDomain(at.chainId, await at.world.getAddress())]) {
        let signatures = "0x";
        for (const attestor of at.attestors.slice(0, 3)) {
          const signature = await attestor.signTypedData(domain, reportTypes, report);
          signatures += Signature.from(signature).compactSerialized.slice(2);
        }
        await expect(at.oracle.submitReport(report, 0b111, signatures)).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_WrongSigner",
        );
      }
    });

    it("should refuse fewer than more than two thirds (X-15, X-19, X-41)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      for (const seats of [[], [0], [1, 3]]) {
        const { signers, signatures } = await at.sign(report, seats);
        await expect(at.oracle.submitReport(report, signers, signatures))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NoQuorum")
          .withArgs(seats.length, 3);
      }
    });

    it("should refuse signatures out of order, doubled, missing, too many or beyond the set (T-59)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const of = async (seat: number): Promise<string> => (await at.signOne(report, seat)).slice(2);
      const [a, b, c, d] = await Promise.all([of(0), of(1), of(2), of(3)]);
      const wrongSigner = { error: "UptimeOracle_WrongSigner" };
      const badBitmap = { error: "UptimeOracle_BadBitmap" };
      const cases = [
        { signers: 0b0111, signatures: [b, a, c], ...wrongSigner },
        { signers: 0b0111, signatures: [a, a, a], ...wrongSigner },
        { signers: 0b0111, signatures: [a, b, d], ...wrongSigner },
        { signers: 0b0111, signatures: [a, b], ...badBitmap },
        { signers: 0b0111, signatures: [a, b, c, d], ...badBitmap },
        { signers: 0b10111, signatures: [a, b, c, d], ...badBitmap },
        { signers: 0b10011, signatures: [a, b, c], ...badBitmap },
        { signers: 0xffffffff, signatures: [a, b, c, d], ...badBitmap },
        { signers: 0b0111, signatures: [a, b, c, "00"], ...badBitmap },
      ];
      for (const { signers, signatures, error } of cases) {
        await expect(at.oracle.submitReport(report, signers, "0x" + signatures.join(""))).to.be.revertedWithCustomError(
          at.oracle,
          error,
        );
      }
    });

    it("should refuse zero, random and malleated signatures (X-14)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const good = (await at.sign(report, [0, 1])).signatures;
      const signature = Signature.from(
        await at.attestors[2]!.signTypedData(
          uptimeDomain(at.chainId, await at.oracle.getAddress()),
          reportTypes,
          report,
        ),
      );
      const highS = (SECP256K1_N - BigInt(signature.s)).toString(16).padStart(64, "0");
      const stranger = Signature.from(
        await Wallet.createRandom().signTypedData(
          uptimeDomain(at.chainId, await at.oracle.getAddress()),
          reportTypes,
          report,
        ),
      ).compactSerialized.slice(2);
      for (const bad of ["00".repeat(64), "11".repeat(64), signature.r.slice(2) + highS, stranger]) {
        await expect(at.oracle.submitReport(report, 0b111, good + bad))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WrongSigner")
          .withArgs(2, at.attestors[2]!.address);
      }
    });

    it("should refuse an epoch that is not closed, and accept it once it is", async () => {
      await at.after(0);
      const { report } = await at.build(0);
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      await expect(at.oracle.submitReport(report, signers, signatures))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_EpochNotClosed")
        .withArgs(0);
      await at.close(0);
      await at.oracle.submitReport(report, signers, signatures);
    });

    it("should accept up to seven epochs late, and not a second later", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const { signers, signatures } = await at.sign(report, [0, 1, 2]);
      const deadline = at.genesisAt + 8 * EPOCH_SECONDS;
      expect(await at.oracle.reportDeadline(0)).to.equal(deadline);
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.time.setNextBlockTimestamp(deadline);
      await expect(at.oracle.submitReport(report, signers, signatures))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_TooLate")
        .withArgs(0, deadline);
      await snapshot.restore();
      await networkHelpers.time.setNextBlockTimestamp(deadline - 1);
      await at.oracle.submitReport(report, signers, signatures);
    });

    it("should accept one report an epoch, and none before the newest (T-37)", async () => {
      await at.close(1);
      const first = await at.build(0);
      const early = await at.sign(first.report, [0, 1, 2]);
      await at.post(1);
      await expect(at.oracle.submitReport(first.report, early.signers, early.signatures))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotReportable")
        .withArgs(0, Status.None);
      const again = await at.build(1, { bitmap: 1n });
      const second = await at.sign(again.report, [0, 1, 2]);
      await expect(at.oracle.submitReport(again.report, second.signers, second.signatures))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotReportable")
        .withArgs(1, Status.Posted);
    });

    it("should refuse another predecessor than the newest report", async () => {
      const { report: first } = await at.post(0);
      await at.close(1);
      for (const previousReport of [ZeroHash, "0x" + "77".repeat(32)]) {
        const { report } = await at.build(1, { overrides: { previousReport } });
        const { signers, signatures } = await at.sign(report, [0, 1, 2]);
        await expect(at.oracle.submitReport(report, signers, signatures))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WrongPredecessor")
          .withArgs(previousReport, at.hash(first));
      }
      await at.post(1);
    });

    it("should refuse what was made under other rules", async () => {
      await at.close(0);
      for (const overrides of [{ configDigest: ZeroHash }, { consensusVersion: 1 }]) {
        const { report } = await at.build(0, { overrides });
        const { signers, signatures } = await at.sign(report, [0, 1, 2]);
        await expect(at.oracle.submitReport(report, signers, signatures)).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_WrongConfiguration",
        );
      }
    });

    it("should refuse what cannot be true (X-21, T-44)", async () => {
      await at.close(0);
      const impossible: Partial<Report>[] = [
        { root: ZeroHash },
        { evidenceRoot: ZeroHash },
        { dataHash: ZeroHash },
        { registryDigest: "0x" + "77".repeat(32) },
        { nodeCount: 2 },
        { nodeCount: 4 },
        { totalPoints: 3n * 2n ** 44n + 1n },
      ];
      for (const overrides of impossible) {
        const { report } = await at.build(0, { overrides });
        const { signers, signatures } = await at.sign(report, [0, 1, 2]);
        await expect(at.oracle.submitReport(report, signers, signatures)).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_ImpossibleReport",
        );
      }
    });

    it("should check an old epoch against the set of that epoch (T-59, T-68)", async () => {
      await at.close(0);
      const { report } = await at.build(0);
      const old = await at.sign(report, [0, 1, 2]);
      // The whole set leaves: from the next epoch there is none, but epoch 0 keeps its own.
      for (const attestor of at.attestors) await at.oracle.connect(attestor).resign();
      await at.close(2);
      await at.oracle.submitReport(report, old.signers, old.signatures);
      const { report: later } = await at.build(2);
      const { signatures } = await at.sign(later, [0, 1, 2]);
      await expect(at.oracle.submitReport(later, 0b111, signatures)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_BadBitmap",
      );
    });

    it("should cost the same at 1, 1,000 and 1,000,000 nodes, and under 172k gas at five signatures", async () => {
      const many = await deployUptime(ethers, networkHelpers, 7);
      const gas: bigint[] = [];
      // Reports are told apart by their hashes for 32 of them; from then on the place of an old one is used again.
      const counts = [...Array<number>(32).fill(3), 1, 1_000, 1_000_000];
      for (const [epoch, nodeCount] of counts.entries()) {
        await many.world.setNodes("0x" + "d1".repeat(32), nodeCount);
        await many.close(epoch);
        const { report } = await many.build(epoch, { overrides: { nodeCount } });
        // Among the signers is the one whose turn it is.
        const seats = [0, 1, 2, 3, 4].map((next) => (epoch + next) % 7);
        const { signers, signatures } = await many.sign(report, seats);
        const sent = await many.oracle.submitReport(report, signers, signatures);
        gas.push((await sent.wait())!.gasUsed);
      }
      const [one, thousand, million] = gas.slice(-3).map(Number) as [number, number, number];
      // They differ in calldata only: bytes that are zero or not.
      expect(thousand - one).to.be.within(-200, 200);
      expect(million - one).to.be.within(-200, 200);
      expect(million).to.be.lessThan(172_000);
    });
  });

  describe("statusOf", () => {
    it("should go from None to Posted to Final, and never back", async () => {
      expect(await at.oracle.statusOf(0)).to.equal(Status.None);
      await at.post(0);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Posted);
      expect(await at.oracle.isFinal(0)).to.equal(false);
      const { finalAt } = await at.oracle.reportOf(0);
      await networkHelpers.time.increaseTo(finalAt - 1n);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Posted);
      await networkHelpers.time.increaseTo(finalAt);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Final);
      expect(await at.oracle.isFinal(0)).to.equal(true);
      await at.oracle.setChallengeSeconds(7 * EPOCH_SECONDS);
      expect(await at.oracle.isFinal(0), "I10").to.equal(true);
    });

    it("should never make a report final before its predecessor", async () => {
      await at.oracle.setChallengeSeconds(5 * EPOCH_SECONDS);
      await at.post(0);
      await at.oracle.setChallengeSeconds(1);
      // The change acts with the epoch that begins next.
      await at.post(1);
      await at.post(2);
      const [first, second] = [await at.oracle.reportOf(1), await at.oracle.reportOf(2)];
      expect(second.finalAt).to.equal(first.finalAt);
    });
  });

  describe("jumps", () => {
    const quarantined = async (epoch: number): Promise<bigint[][]> => {
      const logs = await at.oracle.queryFilter(at.oracle.filters.ReportQuarantined(epoch));
      return logs.map(({ args }) => [args.pointsBefore, args.points]);
    };
    /** Posts a report of so many slots for every node, and says how long it is open. */
    const openFor = async (epoch: number, slots: number): Promise<bigint> => {
      await at.post(epoch, { bitmap: (1n << BigInt(slots)) - 1n });
      const postedAt = BigInt(await networkHelpers.time.latest());
      const { finalAt } = await at.oracle.reportOf(epoch);
      // The next one is open for its own time, not for what is left of this one's.
      await at.finalise(epoch);
      return finalAt - postedAt;
    };

    it("should be open for twice the window, and nothing else that is within four times", async () => {
      const [once, twice] = [BigInt(CHALLENGE_SECONDS), 2n * BigInt(CHALLENGE_SECONDS)];
      // 600 points a slot. Each is compared with the one before it: more than four times, less than a quarter.
      const steps = [
        { slots: 1, length: once, event: [] },
        { slots: 4, length: once, event: [] },
        { slots: 1, length: once, event: [] },
        { slots: 5, length: twice, event: [[600n, 3_000n]] },
        { slots: 1, length: twice, event: [[3_000n, 600n]] },
        { slots: 0, length: twice, event: [[600n, 0n]] },
        { slots: 0, length: once, event: [] },
        { slots: 1, length: twice, event: [[0n, 600n]] },
      ];
      for (const [step, { slots, length, event }] of steps.entries()) {
        const epoch = 4 * step;
        expect(await openFor(epoch, slots), `step ${step}`).to.equal(length);
        expect(await quarantined(epoch), `step ${step}`).to.deep.equal(event);
      }
    });

    it("should hold back nothing of a report but the time: it is paid as it says", async () => {
      await at.post(0, { bitmap: 1n });
      const { leaves, tree, report } = await at.post(1, { bitmap: 0b11111n });
      expect(await quarantined(1)).to.have.length(1);
      expect((await at.oracle.reportOf(1)).root).to.equal(report.root);
      const { finalAt } = await at.oracle.reportOf(1);
      await networkHelpers.time.increaseTo(finalAt - 1n);
      expect(await at.oracle.statusOf(1)).to.equal(Status.Posted);
      await networkHelpers.time.increaseTo(finalAt);
      for (const leaf of leaves) await at.rewards.collect(leaf, tree.proof(leaf.index));
      expect(await at.rewards.rewardsPaid()).to.equal(leaves.reduce((sum, leaf) => sum + leaf.rawCumulativeReward, 0n));
      expect(leaves[2]!.rawCumulativeReward).to.equal(POT.availability);
    });

    it("should count whatever comes after a report that fell", async () => {
      await at.post(0);
      const { report } = await at.post(1);
      for (const seat of [0, 1]) {
        const other = { ...report, dataHash: ZeroHash };
        const signatures = [await at.signOne(report, seat), await at.signOne(other, seat)] as const;
        await at.proofs.proveContradiction(report, other, seat, ...signatures);
      }
      expect(await at.oracle.statusOf(1)).to.equal(Status.Void);
      await at.post(2);
      expect(await quarantined(2)).to.deep.equal([[0n, 2_400n]]);
    });
  });

  describe("reportHashAt", () => {
    it("should give the hashes of the newest 32 reports, and never another's for an older one", async () => {
      const alone = await deployUptime(ethers, networkHelpers, 1);
      await alone.oracle.setChallengeSeconds(1);
      const { report: first } = await alone.build(0);
      const hashes: string[] = [];
      // Numbers of reports begin anew after 256: the first two have those of the newest two.
      for (let epoch = 0; epoch < 258; epoch++) {
        await alone.world.close(0, 0, alone.rewards);
        const report = { ...first, epoch, previousReport: hashes.at(-1) ?? ZeroHash };
        await alone.oracle.submitReport(report, 1, await alone.signOne(report, 0));
        hashes.push(alone.hash(report));
      }
      for (const kept of [257, 256, 226]) expect(await alone.oracle.reportHashAt(kept)).to.equal(hashes[kept]);
      for (const old of [225, 2, 1, 0]) expect(await alone.oracle.reportHashAt(old), `${old}`).to.equal(ZeroHash);
    });

    it("should not give the hash of a report that fell for the one whose place it took", async () => {
      for (let epoch = 0; epoch < 32; epoch++) await at.post(epoch);
      const { report } = await at.post(32);
      for (const seat of [0, 1]) {
        const other = { ...report, dataHash: ZeroHash };
        const signatures = [await at.signOne(report, seat), await at.signOne(other, seat)] as const;
        await at.proofs.proveContradiction(report, other, seat, ...signatures);
      }
      expect(await at.oracle.statusOf(32)).to.equal(Status.Void);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Final);
      expect(await at.oracle.reportHashAt(0)).to.equal(ZeroHash);
    });
  });

  describe("on a public chain", () => {
    it("should refuse one of one and two of two (X-51)", async () => {
      const publicChain = await hre.network.create({ override: { chainId: 10 } });
      for (const [count, quorum] of [
        [1, 1],
        [2, 2],
        [3, 3],
      ] as const) {
        const there = await deployUptime(publicChain.ethers, publicChain.networkHelpers, count);
        await there.close(0);
        const { report } = await there.build(0);
        const { signers, signatures } = await there.sign(report, [...there.attestors.keys()]);
        expect((await there.oracle.setOf(0)).quorum).to.equal(quorum);
        const sent = there.oracle.submitReport(report, signers, signatures);
        if (count < 3) {
          await expect(sent).to.be.revertedWithCustomError(there.oracle, "UptimeOracle_NoQuorum").withArgs(count, 3);
        } else {
          await sent;
        }
      }
    });

    it("should allow one of one on a local chain only", async () => {
      const alone = await deployUptime(ethers, networkHelpers, 1);
      await alone.post(0, { seats: [0] });
      expect(await alone.oracle.statusOf(0)).to.equal(Status.Posted);
    });
  });
});
