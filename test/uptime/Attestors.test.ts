import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";

import { attestorKeyTypes, uptimeDomain } from "@millrace/uptime-tree/format";

import {
  BOND,
  CHALLENGE_SECONDS,
  deployUptime,
  EPOCH_SECONDS,
  join,
  Status,
  type Attestor,
  type UptimeFixture,
} from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

describe("UptimeOracle attestors", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  let at: UptimeFixture;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  const newcomer = async (): Promise<Attestor> => {
    const wallet = Wallet.createRandom().connect(ethers.provider);
    await networkHelpers.setBalance(wallet.address, 10n ** 20n);
    await at.world.setActive(wallet.address, BOND);
    return wallet;
  };
  const keysAt = async (epoch: number): Promise<string[]> => [...(await at.oracle.setOf(epoch)).seats];
  const possession = async (key: Attestor, account: string): Promise<string> =>
    await key.signTypedData(uptimeDomain(at.chainId, await at.oracle.getAddress()), attestorKeyTypes, {
      account,
      key: key.address,
    });

  describe("setOf", () => {
    it("should need more than two thirds and see with the rest and one", async () => {
      for (let seats = 0; seats <= 32; seats++) {
        if (seats > 4) await join(at, Wallet.createRandom().connect(ethers.provider));
        if (seats < 4) continue;
        const { seats: keys, quorum, threshold } = await at.oracle.setOf(0);
        expect(keys.length).to.equal(seats);
        expect(3n * quorum > 2n * BigInt(seats), "q > 2n/3").to.be.true;
        expect(3n * (quorum - 1n) > 2n * BigInt(seats), "smallest such q").to.be.false;
        expect(threshold).to.equal(BigInt(seats) - quorum + 1n);
      }
      const extra = await newcomer();
      await at.oracle.connect(extra).applyAsAttestor(extra.address, "0x");
      const errors = await ethers.getContractFactory("UptimeOracle");
      await expect(at.oracle.admitAttestor(extra.address))
        .to.be.revertedWithCustomError(errors, "AttestorSet_Full")
        .withArgs(32);
    });

    it("should be empty before the first version acts", async () => {
      await at.after(3);
      const late = await deployUptime(ethers, networkHelpers, 0);
      await late.after(0);
      await join(late, Wallet.createRandom().connect(ethers.provider));
      expect((await late.oracle.setOf(1)).quorum).to.equal(0);
      expect((await late.oracle.setOf(2)).quorum).to.equal(1);
    });
  });

  describe("applyAsAttestor", () => {
    it("should let an account name its own key, or one that agreed", async () => {
      const [account, key] = [await newcomer(), await newcomer()];
      await expect(at.oracle.connect(account).applyAsAttestor(key.address, await possession(key, account.address)))
        .to.emit(at.oracle, "AttestorApplied")
        .withArgs(account.address, key.address, BOND);
      await at.oracle.admitAttestor(account.address);
      expect(await at.oracle.accountOfKey(key.address)).to.equal(account.address);
      expect(await keysAt(0)).to.include(key.address);
    });

    it("should refuse a key that did not agree (X-11)", async () => {
      const [account, key, other] = [await newcomer(), await newcomer(), await newcomer()];
      for (const proof of ["0x", "0x" + "11".repeat(65), await possession(key, other.address)]) {
        await expect(at.oracle.connect(account).applyAsAttestor(key.address, proof))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_KeyNotPossessed")
          .withArgs(key.address, account.address);
      }
    });

    it("should refuse zero and another attestor's key", async () => {
      const account = await newcomer();
      for (const key of [ZeroAddress, at.attestors[0]!.address]) {
        await expect(at.oracle.connect(account).applyAsAttestor(key, "0x"))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_KeyTaken")
          .withArgs(key);
      }
    });

    it("should refuse a member, and anyone in a pause", async () => {
      const [member] = at.attestors;
      await expect(at.oracle.connect(member).applyAsAttestor(member!.address, "0x"))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_AlreadyMember")
        .withArgs(member!.address);
      const account = await newcomer();
      await at.oracle.pauseEntries(60);
      await expect(at.oracle.connect(account).applyAsAttestor(account.address, "0x")).to.be.revertedWithCustomError(
        at.oracle,
        "EntryPause_EntriesPaused",
      );
    });

    it("should fix the bond of its moment (T-57)", async () => {
      const account = await newcomer();
      await at.oracle.connect(account).applyAsAttestor(account.address, "0x");
      await at.oracle.setAttestorBond(5n * BOND);
      await at.oracle.admitAttestor(account.address);
      expect(await at.world.bonded(account.address)).to.equal(BOND);
    });
  });

  describe("admitAttestor", () => {
    it("should bond and seat from the next epoch", async () => {
      await at.after(1);
      const account = await newcomer();
      await at.oracle.connect(account).applyAsAttestor(account.address, "0x");
      await expect(at.oracle.admitAttestor(account.address))
        .to.emit(at.oracle, "AttestorAdmitted")
        .withArgs(account.address, account.address, BOND, 3);
      expect(await at.world.active(account.address)).to.equal(0);
      expect(await keysAt(2)).not.to.include(account.address);
      expect(await keysAt(3)).to.include(account.address);
    });

    it("should refuse who did not apply, withdrew, or has no stake", async () => {
      const account = await newcomer();
      const refused = async (): Promise<void> => {
        await expect(at.oracle.admitAttestor(account.address))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotApplied")
          .withArgs(account.address);
      };
      await refused();
      await at.oracle.connect(account).applyAsAttestor(account.address, "0x");
      await at.oracle.connect(account).withdrawApplication();
      await refused();
      await at.oracle.connect(account).applyAsAttestor(account.address, "0x");
      await at.world.setActive(account.address, BOND - 1n);
      await expect(at.oracle.admitAttestor(account.address)).to.be.revertedWithPanic(0x11);
    });

    it("should refuse a key that was admitted for another account since", async () => {
      const [first, second, key] = [await newcomer(), await newcomer(), await newcomer()];
      for (const account of [first, second]) {
        await at.oracle.connect(account).applyAsAttestor(key.address, await possession(key, account.address));
      }
      await at.oracle.admitAttestor(first.address);
      await expect(at.oracle.admitAttestor(second.address))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_KeyTaken")
        .withArgs(key.address);
    });
  });

  describe("rotateKey", () => {
    it("should act from the next epoch and keep the key of past epochs", async () => {
      await at.after(0);
      const key = await newcomer();
      const [member] = at.attestors;
      await at.oracle.connect(member).rotateKey(key.address, await possession(key, member!.address));
      expect((await keysAt(1))[0]).to.equal(member!.address);
      expect((await keysAt(2))[0]).to.equal(key.address);
      expect(await at.oracle.accountOfKey(member!.address)).to.equal(member!.address);
      expect(await at.oracle.accountOfKey(key.address)).to.equal(member!.address);
    });

    it("should leave what was signed to be judged by the key of its epoch", async () => {
      await at.after(0);
      const [member] = at.attestors;
      const key = await newcomer();
      await at.oracle.connect(member).rotateKey(key.address, await possession(key, member!.address));
      await at.after(1);
      /** Two reports of an epoch, signed with a key. */
      const prove = async (epoch: number, by: Attestor) => {
        const { report } = await at.build(epoch);
        const other = { ...report, totalPoints: 1n };
        const [first, second] = [await at.sign(report, [0], [by]), await at.sign(other, [0], [by])];
        return await at.proofs.proveContradiction(report, other, 0, first.signatures, second.signatures);
      };
      for (const [epoch, wrong] of [
        [1, key],
        [2, member!],
      ] as const) {
        await expect(prove(epoch, wrong), `epoch ${epoch}`).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_WrongSigner",
        );
      }
      await expect(prove(1, member!)).to.emit(at.oracle, "AttestorConvicted");
      expect(await at.world.bonded(member!.address)).to.be.lessThan(BOND);
      await expect(prove(2, key)).to.emit(at.oracle, "AttestorConvicted");
    });

    it("should refuse strangers, the present key and others' keys", async () => {
      const [first, second] = at.attestors;
      const stranger = await newcomer();
      await expect(at.oracle.connect(stranger).rotateKey(stranger.address, "0x")).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_NotMember",
      );
      for (const key of [first!.address, second!.address]) {
        await expect(at.oracle.connect(first).rotateKey(key, "0x")).to.be.revertedWithCustomError(
          at.oracle,
          "UptimeOracle_KeyTaken",
        );
      }
    });

    it("should work in a pause (I4)", async () => {
      await at.oracle.pauseEntries(60);
      const key = await newcomer();
      const [member] = at.attestors;
      await at.oracle.connect(member).rotateKey(key.address, await possession(key, member!.address));
    });
  });

  describe("leaving", () => {
    it("should end the seat with the epoch and hold the bond until nothing can be challenged (I4)", async () => {
      await at.after(0);
      const [member] = at.attestors;
      await at.oracle.pauseEntries(7 * 24 * 3600);
      await at.oracle.connect(member).resign();
      expect(await keysAt(1)).to.include(member!.address);
      expect(await keysAt(2)).not.to.include(member!.address);

      const { releaseAt } = await at.oracle.attestorOf(member!.address);
      // The last report that it can sign is of epoch 1.
      const lastFinalAt = (await at.oracle.reportDeadline(1)) + BigInt(CHALLENGE_SECONDS);
      expect(releaseAt).to.equal(lastFinalAt + BigInt(EPOCH_SECONDS));
      await expect(at.oracle.releaseBond(member!.address))
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_BondHeld")
        .withArgs(member!.address, releaseAt);
      await networkHelpers.time.increaseTo(releaseAt);
      await at.oracle.releaseBond(member!.address);
      expect(await at.world.active(member!.address)).to.equal(BOND);
      expect(await at.world.bonded(member!.address)).to.equal(0);
      await expect(at.oracle.releaseBond(member!.address)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_NothingDue",
      );
    });

    it("should hold the bond while a report of its time is open, however long that report's window (I7)", async () => {
      await at.post(0, { bitmap: 0b1n });
      const [member, other] = at.attestors;
      await at.oracle.connect(member).resign();
      const last = Number(await at.oracle.nextSetEpoch()) - 1;
      const { releaseAt } = await at.oracle.attestorOf(member!.address);
      // As late as may be, of ten times the points: its window is twice as long.
      await at.close(last);
      await networkHelpers.time.increaseTo((await at.oracle.reportDeadline(last)) - 5n);
      const { report } = await at.post(last, { bitmap: 0b11_1111_1111n });
      const { finalAt } = await at.oracle.reportOf(last);
      expect(finalAt > releaseAt, "the case is none").to.equal(true);

      // Whatever windows later reports have (I10).
      await at.oracle.setChallengeSeconds(1);
      const heldUntil = finalAt + BigInt(CHALLENGE_SECONDS + EPOCH_SECONDS);
      await networkHelpers.time.increaseTo(releaseAt);
      const release = async () => await at.oracle.releaseBond(member!.address);
      await expect(release())
        .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_BondHeld")
        .withArgs(member!.address, heldUntil);
      const contradiction = { ...report, totalPoints: 1n };
      const [first, second] = [await at.signOne(report, 0), await at.signOne(contradiction, 0)];
      await at.proofs.proveContradiction(report, contradiction, 0, first, second);
      const left = await at.world.bonded(member!.address);
      expect(left).to.equal(BOND / 5n);

      await networkHelpers.time.increaseTo(heldUntil);
      await release();
      expect(await at.world.bonded(member!.address)).to.equal(0);
      expect(await at.world.bonded(other!.address)).to.equal(BOND);
    });

    it("should hold no bond for reports that others post after the window, for ever (I4)", async () => {
      const [, , , member] = at.attestors;
      await at.post(0);
      await at.oracle.connect(member).resign();
      const { releaseAt } = await at.oracle.attestorOf(member!.address);
      for (let epoch = 1; BigInt(await networkHelpers.time.latest()) < releaseAt; epoch++) await at.post(epoch);
      expect(await at.oracle.statusOf((await at.oracle.newestReport()).epoch)).to.equal(Status.Posted);
      await at.oracle.releaseBond(member!.address);
      expect(await at.world.bonded(member!.address)).to.equal(0);
    });

    it("should let one come back clean, but not while its bond is held", async () => {
      const [member] = at.attestors;
      await at.oracle.connect(member).resign();
      await expect(at.oracle.connect(member).applyAsAttestor(member!.address, "0x")).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_BondHeld",
      );
      await networkHelpers.time.increaseTo((await at.oracle.attestorOf(member!.address)).releaseAt);
      await at.oracle.releaseBond(member!.address);
      await at.oracle.connect(member).applyAsAttestor(member!.address, "0x");
      await at.oracle.admitAttestor(member!.address);
      expect(await keysAt(Number(await at.oracle.nextSetEpoch()))).to.include(member!.address);
    });

    it("should never release the bond of a member", async () => {
      await at.after(100);
      const [member] = at.attestors;
      await expect(at.oracle.releaseBond(member!.address)).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_BondHeld",
      );
    });

    it("should remove the right one, whoever sits last (T-41)", async () => {
      const [first, second, third, fourth] = at.attestors;
      await at.oracle.connect(second).resign();
      expect(await keysAt(0)).to.have.members([first!.address, third!.address, fourth!.address]);
      await at.oracle.removeAttestor(fourth!.address);
      expect(await keysAt(0)).to.have.members([first!.address, third!.address]);
      await expect(at.oracle.connect(second).resign()).to.be.revertedWithCustomError(
        at.oracle,
        "UptimeOracle_NotMember",
      );
    });
  });

  describe("history", () => {
    it("should keep the set of every epoch through many changes (T-42)", async () => {
      const expected: string[][] = [];
      for (let epoch = 0; epoch < 12; epoch++) {
        expected.push(await keysAt(epoch));
        await at.after(epoch - 1, 1);
        if (epoch % 3 === 0) await join(at, Wallet.createRandom().connect(ethers.provider));
        if (epoch % 4 === 1) {
          const account = await at.oracle.accountOfKey((await keysAt(epoch + 1))[0]!);
          await at.oracle.removeAttestor(account);
        }
      }
      for (const [epoch, keys] of expected.entries()) expect(await keysAt(epoch), `epoch ${epoch}`).to.deep.equal(keys);
    });
  });

  describe("permissions", () => {
    it("should keep the set and the parameters to the authority (T-54)", async () => {
      const stranger = await newcomer();
      const as = at.oracle.connect(stranger);
      const calls = [
        () => as.admitAttestor(stranger.address),
        () => as.removeAttestor(at.attestors[0]!.address),
        () => as.setChallengeSeconds(30),
        () => as.setAttestorBond(1),
        () => as.pauseEntries(1),
      ];
      for (const call of calls) {
        await expect(call())
          .to.be.revertedWithCustomError(at.oracle, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });

    it("should bound the parameters", async () => {
      for (const value of [0, 7 * EPOCH_SECONDS + 1]) {
        await expect(at.oracle.setChallengeSeconds(value))
          .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_OutOfBounds")
          .withArgs(value, 1, 7 * EPOCH_SECONDS);
      }
      await at.oracle.setChallengeSeconds(1);
      await at.oracle.setChallengeSeconds(7 * EPOCH_SECONDS);
      expect(await at.oracle.challengeSecondsOf(0)).to.equal(7 * EPOCH_SECONDS);
      expect(await at.oracle.challengeSecondsOf(99)).to.equal(7 * EPOCH_SECONDS);
      await expect(at.oracle.setAttestorBond(0)).to.be.revertedWithCustomError(at.oracle, "UptimeOracle_OutOfBounds");
      await at.oracle.setAttestorBond(7);
      expect(await at.oracle.attestorBond()).to.equal(7);
    });

    it("should refuse a deployment without one of its contracts", async () => {
      const good = [await at.world.getAddress(), await at.world.getAddress()] as const;
      const deploy = (addresses: readonly string[]) =>
        ethers.deployContract("UptimeOracle", [...addresses, CHALLENGE_SECONDS, BOND] as never);
      for (const missing of [0, 1, 2, 3, 4]) {
        const addresses = Array.from({ length: 5 }, (_, i) => (i === missing ? ZeroAddress : good[0]));
        const reason = missing === 0 ? "Wired_ZeroAddress" : "UptimeOracle_ZeroAddress";
        await expect(deploy(addresses)).to.be.revertedWithCustomError(at.oracle, reason);
      }
    });
  });
});
