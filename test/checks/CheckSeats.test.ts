import { anyUint } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import hre from "hardhat";

import type { CheckSeats } from "../../typechain-types/index.js";
import { MILL } from "../market/marketFixture.js";
import { Offence } from "../staking/Offence.js";
import { PARAMETERS } from "../support/deployMillrace.js";
import { ChecksWorld } from "./checksFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const LEAVE = PARAMETERS.seatLeaveSeconds;
const BOND = PARAMETERS.seatBond;
const SEED = ethers.id("value");

async function deploy() {
  const at = await ChecksWorld.deploy(connection);
  const { world, checkers } = at;
  return { at, world, seats: world.seats, staking: world.staking, checkers };
}

/** Seats as the checks call them. */
async function deployAsChecks() {
  const { seats, world, checkers } = await deploy();
  const target = await world.checks.getAddress();
  await networkHelpers.impersonateAccount(target);
  await networkHelpers.setBalance(target, ethers.parseEther("1"));
  return { seats, judge: world.stranger, checkers, asChecks: seats.connect(await ethers.getSigner(target)) };
}

describe("CheckSeats", () => {
  describe("takeSeat", () => {
    it("should give a new seat and lock its bond", async () => {
      const { seats, staking, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol, dave] = checkers;
      const before = await staking.accountOf(carol);
      const take = seats.connect(carol).takeSeat(0);
      await expect(take).to.emit(seats, "SeatTaken").withArgs(1, carol, BOND);
      const after = await staking.accountOf(carol);
      expect([before.active - after.active, after.bonded]).to.deep.equal([BOND, BOND]);
      await seats.connect(dave).takeSeat(0);
      expect(await seats.seatCount()).to.equal(2n);
      const { account, takenAt, leftAt, bond, pledged } = await seats.seatOf(2);
      expect([account, leftAt, bond, pledged]).to.deep.equal([dave.address, 0n, BOND, BOND]);
      expect(takenAt).to.equal(await networkHelpers.time.latest());
    });

    it("should give an account as many as it pays for", async () => {
      const { seats, staking, checkers } = await networkHelpers.loadFixture(deploy);
      for (let i = 0; i < 3; i++) await seats.connect(checkers[0]).takeSeat(0);
      expect((await staking.accountOf(checkers[0])).bonded).to.equal(3n * BOND);
    });

    it("should refuse who has no stake, or entries that are paused", async () => {
      const { seats, staking, world, checkers } = await networkHelpers.loadFixture(deploy);
      await expect(seats.connect(world.stranger).takeSeat(0)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_NotRegistered",
      );
      await seats.connect(world.governor).pauseEntries(100);
      await expect(seats.connect(checkers[0]).takeSeat(0)).to.be.revertedWithCustomError(
        seats,
        "EntryPause_EntriesPaused",
      );
    });

    it("should refuse a seat that is taken, was left a moment ago, or never was", async () => {
      const { seats, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol, dave] = checkers;
      await seats.connect(carol).takeSeat(0);
      const refused = (seatId: number, account: string) =>
        expect(seats.connect(dave).takeSeat(seatId))
          .to.be.revertedWithCustomError(seats, "CheckSeats_NotFree")
          .withArgs(seatId, account);
      await refused(1, carol.address);
      await refused(2, ethers.ZeroAddress);
      await seats.connect(carol).leaveSeat(1);
      await refused(1, carol.address);
    });

    it("should give a free seat again before the list grows", async () => {
      const { seats, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol, dave, erin] = checkers;
      await seats.connect(carol).takeSeat(0);
      await seats.connect(dave).takeSeat(0);
      await seats.connect(carol).leaveSeat(1);
      await networkHelpers.time.increase(LEAVE);
      await seats.releaseSeat(1);
      expect(await seats.freeSeatCount()).to.equal(1n);
      await expect(seats.connect(erin).takeSeat(0))
        .to.be.revertedWithCustomError(seats, "CheckSeats_NameFreeSeat")
        .withArgs(1);
      await expect(seats.connect(erin).takeSeat(1)).to.emit(seats, "SeatTaken").withArgs(1, erin, BOND);
      expect(await seats.seatCount()).to.equal(2n);
      await expect(seats.connect(erin).takeSeat(0)).to.emit(seats, "SeatTaken").withArgs(3, erin, BOND);
    });
  });

  describe("leaveSeat and releaseSeat (I13)", () => {
    it("should return the bond after its time, in a pause, whoever calls (I4)", async () => {
      const { seats, staking, world, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol] = checkers;
      await seats.connect(carol).takeSeat(0);
      await seats.connect(world.governor).pauseEntries(LEAVE * 2);
      await expect(seats.connect(carol).leaveSeat(1)).to.emit(seats, "SeatLeft").withArgs(1, carol, anyUint);
      const releaseAt = BigInt(await networkHelpers.time.latest()) + BigInt(LEAVE);
      await networkHelpers.time.setNextBlockTimestamp(releaseAt - 1n);
      const held = (at: bigint) =>
        expect(seats.connect(world.stranger).releaseSeat(1))
          .to.be.revertedWithCustomError(seats, "CheckSeats_BondHeld")
          .withArgs(1, at);
      await held(releaseAt);
      await networkHelpers.time.setNextBlockTimestamp(releaseAt);
      await expect(seats.connect(world.stranger).releaseSeat(1))
        .to.emit(seats, "SeatReleased")
        .withArgs(1, carol, BOND);
      expect((await staking.accountOf(carol)).bonded).to.equal(0n);
      await held(0n);
    });

    it("should be the account's own to leave, once", async () => {
      const { seats, world, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol] = checkers;
      await seats.connect(carol).takeSeat(0);
      const refused = (by: typeof carol) =>
        expect(seats.connect(by).leaveSeat(1)).to.be.revertedWithCustomError(seats, "CheckSeats_NotSeated");
      await refused(world.stranger);
      await seats.connect(carol).leaveSeat(1);
      await refused(carol);
      await expect(seats.releaseSeat(7)).to.be.revertedWithCustomError(seats, "CheckSeats_BondHeld").withArgs(7, 0n);
    });
  });

  describe("trimSeats", () => {
    it("should cut off free seats at the end, as many as asked for, and no other", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      await at.seatAll();
      await seats.trimSeats(9);
      expect(await seats.seatCount()).to.equal(4n);
      for (const index of [0, 2, 3]) await seats.connect(checkers[index]).leaveSeat(index + 1);
      await networkHelpers.time.increase(LEAVE);
      for (const seatId of [1, 3, 4]) await seats.releaseSeat(seatId);
      await expect(seats.trimSeats(1)).to.emit(seats, "SeatsTrimmed").withArgs(3);
      await expect(seats.trimSeats(9)).to.emit(seats, "SeatsTrimmed").withArgs(2);
      await expect(seats.trimSeats(9)).not.to.emit(seats, "SeatsTrimmed");
      expect([await seats.seatCount(), await seats.freeSeatCount()]).to.deep.equal([2n, 1n]);
    });
  });

  describe("drawn (I13)", () => {
    const drawn = async (seats: CheckSeats, postedAt: number, provider = ethers.ZeroAddress, buyer = provider) => {
      const found = await seats.drawn(SEED, postedAt, 4, provider, buyer);
      return [...found.accounts].sort();
    };

    it("should find each account once, without provider and buyer", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      await at.seatAll();
      for (let i = 0; i < 4; i++) await seats.connect(checkers[0]).takeSeat(0);
      const postedAt = (await at.now) + 1;
      const all = checkers.map(({ address }) => address);
      expect(await drawn(seats, postedAt)).to.deep.equal([...all].sort());
      expect(await drawn(seats, postedAt, all[0], all[2])).to.deep.equal([all[1], all[3]].sort());
    });

    it("should find nobody where there is nobody, and fewer where there are few", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      expect(await drawn(seats, (await at.now) + 1)).to.deep.equal([]);
      await seats.connect(checkers[0]).takeSeat(0);
      expect(await drawn(seats, (await at.now) + 1)).to.deep.equal([checkers[0].address]);
      expect(await drawn(seats, 0)).to.deep.equal([]);
    });

    it("should find the few who have a seat among ten times as many that are free", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol, dave, ...others] = checkers;
      await seats.connect(carol).takeSeat(0);
      for (let i = 0; i < 18; i++) await seats.connect(others[i % 2]).takeSeat(0);
      // Who holds the last seat keeps the list from being cut off.
      await seats.connect(dave).takeSeat(0);
      for (let i = 0; i < 18; i++) await seats.connect(others[i % 2]).leaveSeat(2 + i);
      await networkHelpers.time.increase(LEAVE);
      for (let i = 0; i < 18; i++) await seats.releaseSeat(2 + i);
      const postedAt = (await at.now) + 1;
      for (let i = 0; i < 30; i++) {
        const { accounts } = await seats.drawn(ethers.id(`${i}`), postedAt, 2, ethers.ZeroAddress, ethers.ZeroAddress);
        expect([...accounts].sort(), `draw ${i}`).to.deep.equal([carol.address, dave.address].sort());
      }
    });

    it("should not change with what happens after the post: seats taken, left, slashed", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      for (const checker of checkers.slice(0, 2)) await seats.connect(checker).takeSeat(0);
      const postedAt = (await at.now) + 1;
      const first = async (): Promise<string[]> => {
        const found = await seats.drawn(SEED, postedAt, 1, ethers.ZeroAddress, ethers.ZeroAddress);
        return [...found.accounts];
      };
      const before = await first();
      await networkHelpers.time.setNextBlockTimestamp(postedAt);
      // In the very second of the post it is too late to come, and too late to go.
      await seats.connect(checkers[2]).takeSeat(0);
      await seats.connect(checkers[3]).takeSeat(0);
      for (const seatId of [1, 2]) await seats.connect(checkers[seatId - 1]).leaveSeat(seatId);
      expect(await first()).to.deep.equal(before);
      expect(await drawn(seats, postedAt)).to.deep.equal([checkers[0].address, checkers[1].address].sort());
      const later = (await at.now) + 1;
      expect(await drawn(seats, later)).to.deep.equal([checkers[2].address, checkers[3].address].sort());
    });

    it("should not find who takes a free seat in the second of the post", async () => {
      const { at, seats, checkers } = await networkHelpers.loadFixture(deploy);
      const [carol, dave, erin] = checkers;
      for (const checker of [carol, dave]) await seats.connect(checker).takeSeat(0);
      await seats.connect(carol).leaveSeat(1);
      await networkHelpers.time.increase(LEAVE);
      await seats.releaseSeat(1);
      const postedAt = (await at.now) + 1;
      await networkHelpers.time.setNextBlockTimestamp(postedAt);
      await seats.connect(erin).takeSeat(1);
      expect(await drawn(seats, postedAt)).to.deep.equal([dave.address]);
      expect(await drawn(seats, postedAt + 1)).to.deep.equal([dave.address, erin.address].sort());
    });

    it("should give every seat the same chance", async () => {
      const { at, seats } = await networkHelpers.loadFixture(deploy);
      await at.seatAll();
      const postedAt = (await at.now) + 1;
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 400; i++) {
        const { seats: ids } = await seats.drawn(
          ethers.id(`${i}`),
          postedAt,
          1,
          ethers.ZeroAddress,
          ethers.ZeroAddress,
        );
        counts[Number(ids[0]) - 1] += 1;
      }
      // 100 each on average, with a standard deviation of 8.7; the values are always the same.
      for (const count of counts) expect(count).to.be.within(65, 135);
    });
  });

  describe("slashSeat", () => {
    it("should take what is there at most, in the reporter's name", async () => {
      const { seats, asChecks, judge, checkers } = await networkHelpers.loadFixture(deployAsChecks);
      await seats.connect(checkers[0]).takeSeat(0);
      const taken = await asChecks.slashSeat.staticCall(1, Offence.CheckMissed, BOND + 1n, judge);
      expect([...taken]).to.deep.equal([checkers[0].address, BOND]);
      await asChecks.slashSeat(1, Offence.CheckMissed, BOND / 2n, judge);
      const { bond, pledged, leftAt } = await seats.seatOf(1);
      expect([bond, pledged, leftAt]).to.deep.equal([BOND / 2n, BOND, 0n]);
    });

    it("should take the seat of who has less than half of the bond left", async () => {
      const { seats, asChecks, judge, checkers } = await networkHelpers.loadFixture(deployAsChecks);
      await seats.connect(checkers[0]).takeSeat(0);
      await expect(asChecks.slashSeat(1, Offence.CheckMissed, BOND / 2n + 1n, judge)).to.emit(seats, "SeatLeft");
      await expect(asChecks.slashSeat(1, Offence.FalseVouch, BOND, judge)).not.to.emit(seats, "SeatLeft");
      await networkHelpers.time.increase(LEAVE);
      await expect(seats.releaseSeat(1)).to.emit(seats, "SeatReleased").withArgs(1, checkers[0], 0n);
    });

    it("should be for the checks alone", async () => {
      const { seats, checkers } = await networkHelpers.loadFixture(deploy);
      await expect(
        seats.connect(checkers[0]).slashSeat(1, Offence.FalseVouch, 1, checkers[0]),
      ).to.be.revertedWithCustomError(seats, "Wired_Forbidden");
    });
  });

  describe("setSeatBond", () => {
    it("should reach seats that are taken later, and no other (I10)", async () => {
      const { seats, world, checkers } = await networkHelpers.loadFixture(deploy);
      await seats.connect(checkers[0]).takeSeat(0);
      await expect(seats.connect(world.governor).setSeatBond(5n * MILL))
        .to.emit(seats, "SeatBondSet")
        .withArgs(5n * MILL);
      await seats.connect(checkers[1]).takeSeat(0);
      expect([(await seats.seatOf(1)).bond, (await seats.seatOf(2)).bond]).to.deep.equal([BOND, 5n * MILL]);
      expect(await seats.seatBond()).to.equal(5n * MILL);
    });

    it("should keep to its bounds, and to the governor", async () => {
      const { seats, world } = await networkHelpers.loadFixture(deploy);
      const [min, max] = [await seats.MIN_SEAT_BOND(), await seats.MAX_SEAT_BOND()];
      for (const mill of [min - 1n, max + 1n]) {
        await expect(seats.connect(world.governor).setSeatBond(mill))
          .to.be.revertedWithCustomError(seats, "CheckSeats_BadBond")
          .withArgs(mill, min, max);
      }
      await expect(seats.connect(world.stranger).setSeatBond(min)).to.be.revertedWithCustomError(
        seats,
        "AccessManagedUnauthorized",
      );
    });
  });
});
