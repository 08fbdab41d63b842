import { expect } from "chai";
import { Signature, ZeroHash, type Signer } from "ethers";
import hre from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { EMPTY_ROOT, reportTypes, uptimeDomain, type Report } from "@millrace/uptime-tree/format";

import { deployMillrace, MILL, type Millrace } from "../support/deployMillrace.js";
import { treeOfLeaves } from "./evidence.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const STAKE = 5_000n * MILL;
const MAX_PPM = 1_000_000n;
const LEAF_OF_NOBODY = { index: 0, nodeId: 1n, bitmap: 1n, points: 0n, pointsBefore: 0n, rawCumulativeReward: 0n };

describe("UptimeOracle on the whole system", () => {
  interface System extends Millrace {
    attestors: HardhatEthersSigner[];
    reporter: HardhatEthersSigner;
    bond: bigint;
  }

  const deploy = async (): Promise<System> => {
    const millrace = await deployMillrace(connection);
    const { token, staking, uptime } = millrace;
    const [, reporter, ...others] = await ethers.getSigners();
    const attestors = others.slice(0, 4);
    for (const attestor of attestors) {
      await token.transfer(attestor, STAKE);
      await token.connect(attestor).approve(staking, STAKE);
      await staking.connect(attestor).register("attestor");
      await staking.connect(attestor).stake(STAKE);
      await uptime.connect(attestor).applyAsAttestor(attestor, "0x");
      await uptime.admitAttestor(attestor);
    }
    return { ...millrace, attestors, reporter: reporter!, bond: await uptime.attestorBond() };
  };

  const close = async ({ settlement, priceOracle, clock }: System, epoch: number): Promise<void> => {
    const endAt = clock.genesisAt + (epoch + 1) * clock.epochSeconds;
    if ((await networkHelpers.time.latest()) <= endAt) await networkHelpers.time.increaseTo(endAt + 1);
    for (let next = Number(await settlement.nextEpochToClose()); next <= epoch; next++) {
      const rounds = await priceOracle.roundsAt(clock.genesisAt + (next + 1) * clock.epochSeconds);
      await settlement.closeEpoch(next, [...rounds]);
    }
  };

  /** A report of a network without nodes. */
  const emptyReport = async ({ nodes, uptime }: System, epoch: number, dataHash: string): Promise<Report> => ({
    epoch,
    root: EMPTY_ROOT,
    evidenceRoot: EMPTY_ROOT,
    nodeCount: 0,
    totalPoints: 0n,
    dataHash,
    previousReport: (await uptime.newestReport()).reportHash,
    registryDigest: (await nodes.registryAt(epoch)).digest,
    configDigest: await uptime.configDigest(),
    consensusVersion: 2,
  });

  const sign = async ({ uptime }: System, signer: Pick<Signer, "signTypedData">, report: Report): Promise<string> => {
    const { chainId } = await ethers.provider.getNetwork();
    const domain = uptimeDomain(chainId, await uptime.getAddress());
    return Signature.from(await signer.signTypedData(domain, { Report: [...reportTypes["Report"]!] }, report))
      .compactSerialized;
  };

  const identity = async ({ token, settlement }: System): Promise<bigint> => {
    const sum =
      (await token.totalSupply()) +
      (await settlement.bank()) +
      (await settlement.owed()) +
      (await settlement.burnedForGood());
    return sum - (await settlement.genesisSupply()) - (await settlement.emitted());
  };

  let system: System;

  beforeEach(async () => {
    system = await networkHelpers.loadFixture(deploy);
  });

  it("should bond a member's own stake, and nobody's that is too small", async () => {
    const { staking, uptime, attestors, token, bond } = system;
    const account = await staking.accountOf(attestors[0]!);
    expect([account.active, account.bonded]).to.deep.equal([STAKE - bond, bond]);

    const poor = (await ethers.getSigners())[9]!;
    await token.transfer(poor, bond);
    await token.connect(poor).approve(staking, bond);
    await staking.connect(poor).register("poor");
    await staking.connect(poor).stake(bond - 1n);
    await uptime.connect(poor).applyAsAttestor(poor, "0x");
    await expect(uptime.admitAttestor(poor)).to.be.revertedWithCustomError(staking, "StakingRegistry_ActiveTooLow");
  });

  it("should pay the reporter of a contradiction, burn the rest, and leave the supply exact (I1, I5)", async () => {
    const { staking, uptime, uptimeProofs, attestors, reporter, token, bond, clock } = system;
    await networkHelpers.time.increaseTo(clock.genesisAt + clock.epochSeconds);
    const guilty = attestors[2]!;
    const first = await emptyReport(system, 1, "0x" + "01".repeat(32));
    const second = { ...first, dataHash: "0x" + "02".repeat(32) };
    const signatures = [await sign(system, guilty, first), await sign(system, guilty, second)] as const;
    await uptimeProofs.connect(reporter).proveContradiction(first, second, 2, ...signatures);
    const slashed = (bond * 800_000n) / MAX_PPM;
    expect(await token.balanceOf(reporter)).to.equal((slashed * 300_000n) / MAX_PPM);
    const account = await staking.accountOf(guilty);
    expect([account.active, account.bonded]).to.deep.equal([STAKE - bond, bond - slashed]);

    // What is left goes home, all the way.
    await networkHelpers.time.increaseTo((await uptime.attestorOf(guilty)).releaseAt);
    await uptime.releaseBond(guilty);
    await staking.connect(guilty).unstake(STAKE - slashed);
    await networkHelpers.time.increase(await staking.thawSeconds());
    await staking.connect(guilty).withdraw();
    expect(await token.balanceOf(guilty)).to.equal(STAKE - slashed);
    expect(await identity(system), "I1").to.equal(0n);
  });

  it("should post after the close, pay its signers and cancel what has no taker, to the wei (I1, I8)", async () => {
    const { uptime, rewards, attestors, settlement, token } = system;
    await close(system, 1);
    const report = await emptyReport(system, 1, "0x" + "01".repeat(32));
    const signatures = await Promise.all(attestors.slice(0, 3).map((attestor) => sign(system, attestor, report)));
    await uptime.submitReport(report, 0b111, "0x" + signatures.map((each) => each.slice(2)).join(""));
    await networkHelpers.time.increaseTo((await uptime.reportOf(1)).finalAt);

    const pot = await settlement.potOf(1);
    expect(pot.availability > 0n && pot.attestors > 0n).to.equal(true);
    expect(await token.balanceOf(rewards)).to.be.greaterThanOrEqual(pot.availability + pot.attestors);
    for (const attestor of attestors) await rewards.collectAttestorPay(attestor, [1]);
    const pay = await Promise.all(attestors.map((attestor) => token.balanceOf(attestor)));
    expect(pay.reduce((sum, mill) => sum + mill, 0n)).to.equal(pot.attestors);
    const burned = await token.burnedByHolders();
    await rewards.cancelPot(1);
    expect((await token.burnedByHolders()) - burned, "no node, no points").to.equal(pot.availability);
    // Epoch 0 had no set: nobody can report it, and it is cancelled when its time is over.
    await networkHelpers.time.increaseTo(await uptime.reportDeadline(0));
    await rewards.cancelPot(0);
    expect(await token.balanceOf(rewards)).to.equal(0n);
    expect(await identity(system), "I1").to.equal(0n);
    expect((await uptime.newestReport()).reportHash).not.to.equal(ZeroHash);
  });

  it("should void a report that all 32 seats signed, and slash each of them, within its worst case (I12, T-56)", async () => {
    const { token, staking, uptime, uptimeProofs, attestors, reporter, bond } = system;
    const others = Array.from({ length: 28 }, () => ethers.Wallet.createRandom().connect(ethers.provider));
    for (const other of others) {
      await networkHelpers.setBalance(other.address, 10n ** 20n);
      await token.transfer(other, STAKE);
      await token.connect(other).approve(staking, STAKE);
      await staking.connect(other).register("attestor");
      await staking.connect(other).stake(STAKE);
      await uptime.connect(other).applyAsAttestor(other, "0x");
      await uptime.admitAttestor(other);
    }
    const seats = [...attestors, ...others];
    await close(system, 2);
    // There is no node: a leaf for one is false by itself.
    const leaf = { ...LEAF_OF_NOBODY, epoch: 2, provider: reporter.address };
    const tree = treeOfLeaves([leaf]);
    const report = { ...(await emptyReport(system, 2, "0x" + "01".repeat(32))), root: tree.root };
    const signatures = await Promise.all(seats.map((seat) => sign(system, seat, report)));
    await uptime.submitReport(report, 2 ** 32 - 1, "0x" + signatures.map((each) => each.slice(2)).join(""));
    const proven = await (await uptimeProofs.proveFalseLeaf(report, leaf, tree.proof(0))).wait();
    for (const seat of seats) expect((await staking.accountOf(seat)).bonded).to.equal((bond * 700_000n) / MAX_PPM);
    expect(proven?.gasUsed ?? 0n).to.be.lessThan(3_000_000n);
  });
});
