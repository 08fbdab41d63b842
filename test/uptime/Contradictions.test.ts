import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";

import type { Report } from "@millrace/uptime-tree/format";

import { BOND, deployUptime, POT, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const CONTRADICTION = 7n;
const SLASHED = (BOND * 800_000n) / 1_000_000n;

describe("UptimeOracle contradictions", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  let at: UptimeFixture;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  /** Proves that a seat signed a posted report and another one of the same epoch. */
  const prove = async (
    report: Report,
    seat: number,
    change: Partial<Report> = { dataHash: "0x" + "99".repeat(32) },
  ) => {
    const other = { ...report, ...change };
    return await at.proofs.proveContradiction(
      report,
      other,
      seat,
      await at.signOne(report, seat),
      await at.signOne(other, seat),
    );
  };

  it("should slash and expel who signed two reports of one epoch", async () => {
    const { report } = await at.post(0);
    const [, , , , reporter] = await ethers.getSigners();
    const guilty = at.attestors[1]!.address;
    const other = { ...report, root: "0x" + "99".repeat(32) };
    const sent = at.proofs
      .connect(reporter)
      .proveContradiction(report, other, 1, await at.signOne(report, 1), await at.signOne(other, 1));
    await expect(sent)
      .to.emit(at.proofs, "ContradictionProven")
      .withArgs(0, 1, 0, reporter!.address)
      .and.to.emit(at.oracle, "AttestorConvicted")
      .withArgs(0, guilty, 1, CONTRADICTION, SLASHED, reporter!.address)
      .and.to.emit(at.world, "Slashed")
      .withArgs(CONTRADICTION, guilty, SLASHED, "0x0000000000000000000000000000000000000000", reporter!.address);
    expect(await at.world.bonded(guilty)).to.equal(BOND - SLASHED);
    expect((await at.oracle.attestorOf(guilty)).isMember).to.equal(false);
    expect([...(await at.oracle.setOf(2)).seats]).not.to.include(guilty);
    // The report follows from observations: one liar among its signers does not change that.
    expect(await at.oracle.statusOf(0)).to.equal(Status.Posted);
    expect((await at.oracle.epochStateOf(0)).guilty).to.equal(0b10n);
  });

  it("should slash for reports that were never posted", async () => {
    await at.after(4);
    const { report } = await at.build(5);
    await expect(prove(report, 3)).to.emit(at.proofs, "ContradictionProven");
  });

  it("should never slash for one report, two epochs or two predecessors (I7)", async () => {
    const { report } = await at.post(0);
    for (const change of [{}, { epoch: 1 }, { previousReport: "0x" + "42".repeat(32) }]) {
      await expect(prove(report, 0, change)).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NoContradiction");
    }
  });

  it("should slash no seat for another's signature (T-54)", async () => {
    const { report } = await at.post(0);
    const other = { ...report, dataHash: ZeroHash };
    const [mine, theirs] = [await at.signOne(report, 0), await at.signOne(other, 1)];
    for (const seat of [0, 1]) {
      await expect(at.proofs.proveContradiction(report, other, seat, mine, theirs))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WrongSigner")
        .withArgs(seat, at.attestors[seat]!.address);
    }
    await expect(at.proofs.proveContradiction(report, other, 4, mine, theirs)).to.be.revertedWithCustomError(
      at.oracle,
      "UptimeOracle_WrongSigner",
    );
    await expect(at.proofs.proveContradiction(report, other, 0, mine, "0x")).to.be.revertedWithCustomError(
      at.oracle,
      "UptimeOracle_WrongSigner",
    );
  });

  it("should slash once an epoch, and clamp to what is left of the bond (T-04, T-55)", async () => {
    const { report } = await at.post(0);
    await prove(report, 0);
    await expect(prove(report, 0, { root: "0x" + "98".repeat(32) }))
      .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_AlreadyProven")
      .withArgs(0, 0);
    const guilty = at.attestors[0]!.address;
    await expect(prove({ ...report, epoch: 1 }, 0))
      .to.emit(at.oracle, "AttestorConvicted")
      .withArgs(1, guilty, 0, CONTRADICTION, BOND - SLASHED, (await ethers.getSigners())[0]!.address);
    expect(await at.world.bonded(guilty)).to.equal(0);
    // With nothing left the proof still stands.
    await at.after(1);
    const { report: later } = await at.build(0, { overrides: { epoch: 0, previousReport: at.hash(report) } });
    await expect(prove({ ...later, epoch: 2 }, 0)).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WrongSigner");
  });

  it("should reach one that left, while its bond is held", async () => {
    const { report } = await at.post(0);
    const guilty = at.attestors[2]!;
    await at.oracle.connect(guilty).resign();
    await prove(report, 2);
    expect(await at.world.bonded(guilty.address)).to.equal(BOND - SLASHED);
    await networkHelpers.time.increaseTo((await at.oracle.attestorOf(guilty.address)).releaseAt);
    await at.oracle.releaseBond(guilty.address);
    expect(await at.world.active(guilty.address)).to.equal(BOND - SLASHED);
  });

  it("should void an epoch in which more contradict themselves than a quorum tolerates", async () => {
    const { report } = await at.post(0);
    await prove(report, 0);
    expect(await at.oracle.statusOf(0)).to.equal(Status.Posted);
    await expect(prove(report, 3)).to.emit(at.oracle, "EpochVoided").withArgs(0);
    expect(await at.oracle.statusOf(0)).to.equal(Status.Void);
    expect((await at.oracle.reportOf(0)).finalAt).to.equal(0);
    expect(await at.oracle.newestReport()).to.deep.equal([ZeroHash, 0n]);
    const { signers, signatures } = await at.sign(report, [0, 1, 2]);
    await expect(at.oracle.submitReport(report, signers, signatures))
      .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotReportable")
      .withArgs(0, Status.Void);
  });

  it("should reopen what was built on a void report, and let honest members sign it again (I7, T-62)", async () => {
    await at.oracle.setChallengeSeconds(200);
    const before = await at.post(0);
    const { report: bad } = await at.post(1);
    const { report: second } = await at.post(2);
    await at.post(3);
    await prove(bad, 0);
    await expect(prove(bad, 1))
      .to.emit(at.oracle, "ReportReopened")
      .withArgs(3)
      .and.to.emit(at.oracle, "ReportReopened")
      .withArgs(2);
    expect(await at.oracle.newestReport()).to.deep.equal([at.hash(before.report), 0n]);
    expect(await at.oracle.statusOf(1)).to.equal(Status.Void);
    expect(await at.oracle.statusOf(2)).to.equal(Status.None);

    // The same members, the same epoch, another predecessor: posted, and no contradiction.
    const again = { ...second, previousReport: at.hash(before.report) };
    const { signers, signatures } = await at.sign(again, [1, 2, 3]);
    await at.oracle.submitReport(again, signers, signatures);
    await expect(
      at.proofs.proveContradiction(second, again, 2, await at.signOne(second, 2), await at.signOne(again, 2)),
    ).to.be.revertedWithCustomError(at.proofs, "UptimeProofs_NoContradiction");
    expect((await at.oracle.reportOf(2)).cumulativePot, "the void pot is not counted").to.equal(2n * POT.availability);
  });

  it("should begin anew when the first report of all is void, also with an earlier epoch", async () => {
    await at.close(1);
    const { report } = await at.post(1);
    await prove(report, 0);
    await prove(report, 1);
    await at.post(0);
    expect((await at.oracle.reportOf(0)).previousEpoch).to.equal(0);
    expect(await at.oracle.statusOf(0)).to.equal(Status.Posted);
  });

  it("should block an epoch that is void before anything was posted", async () => {
    await at.after(-1);
    const { report } = await at.build(0);
    await prove(report, 0);
    await prove(report, 1);
    await at.close(0);
    const { signers, signatures } = await at.sign(report, [0, 1, 2]);
    await expect(at.oracle.submitReport(report, signers, signatures)).to.be.revertedWithCustomError(
      at.oracle,
      "UptimeOracle_NotReportable",
    );
  });

  it("should change nothing that is final", async () => {
    const { report } = await at.post(0);
    await at.finalise(0);
    for (const seat of [0, 1, 2]) await prove(report, seat);
    expect(await at.oracle.statusOf(0)).to.equal(Status.Final);
    expect((await at.oracle.reportOf(0)).payees).to.equal(0b111n);
  });
});
