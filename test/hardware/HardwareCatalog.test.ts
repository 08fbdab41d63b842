import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { EPOCH_SECONDS, MILL } from "../staking/stakingFixture.js";
import { GPU_CLASS, GPU_STAKE, GRACE_SECONDS, hardwareFixture, Kind } from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("HardwareCatalog", () => {
  const deploy = hardwareFixture(connection);

  describe("constructor", () => {
    it("should refuse to leave out the settlement, and a grace period too long", async () => {
      const { authority, settlement } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("HardwareCatalog");
      await expect(factory.deploy(authority, ethers.ZeroAddress, 0)).to.be.revertedWithCustomError(
        factory,
        "HardwareCatalog_ZeroAddress",
      );
      const max = 180 * 86_400;
      await expect(factory.deploy(authority, settlement, max + 1))
        .to.be.revertedWithCustomError(factory, "HardwareCatalog_GraceOutOfBounds")
        .withArgs(max + 1, max);
    });
  });

  describe("addClass", () => {
    it("should number classes from one and log them whole", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await expect(catalog.addClass(Kind.FPGA, "Versal", 5n * MILL, 3, 0))
        .to.emit(catalog, "ClassAdded")
        .withArgs(2, Kind.FPGA, "Versal", 5n * MILL, 3, 0);
      expect(await catalog.classCount()).to.equal(2n);
      expect(await catalog.classOf(2)).to.deep.equal([5n * MILL, 3n, 0n, 0n, BigInt(Kind.FPGA), true, "Versal"]);
      expect(await catalog.entryOf(2)).to.deep.equal([5n * MILL, true]);
    });

    it("should know nothing of classes that are not there (T-64)", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      expect((await catalog.classOf(9)).kind).to.equal(BigInt(Kind.None));
      expect(await catalog.entryOf(0)).to.deep.equal([0n, false]);
      expect(await catalog.weightAt(9, 0)).to.equal(0n);
      await expect(catalog.stakeDue(9, 1))
        .to.be.revertedWithCustomError(catalog, "HardwareCatalog_UnknownClass")
        .withArgs(9);
    });

    it("should refuse what is out of bounds", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await expect(catalog.addClass(Kind.None, "x", 1, 1, 0)).to.be.revertedWithCustomError(
        catalog,
        "HardwareCatalog_NoKind",
      );
      for (const name of ["", "x".repeat(65)]) {
        await expect(catalog.addClass(Kind.CPU, name, 1, 1, 0))
          .to.be.revertedWithCustomError(catalog, "HardwareCatalog_BadName")
          .withArgs(name.length, 64);
      }
      const max = 1_000_000n * MILL;
      for (const stake of [0n, max + 1n]) {
        await expect(catalog.addClass(Kind.CPU, "x", stake, 1, 0))
          .to.be.revertedWithCustomError(catalog, "HardwareCatalog_StakeOutOfBounds")
          .withArgs(stake, max);
      }
      for (const weight of [0, 1_000_001]) {
        await expect(catalog.addClass(Kind.CPU, "x", 1, weight, 0))
          .to.be.revertedWithCustomError(catalog, "HardwareCatalog_WeightOutOfBounds")
          .withArgs(weight, 1_000_000);
      }
    });

    it("should refuse a stranger", async () => {
      const { catalog, stranger } = await networkHelpers.loadFixture(deploy);
      for (const call of [
        async () => catalog.connect(stranger).addClass(Kind.CPU, "x", 1, 1, 0),
        async () => catalog.connect(stranger).changeClass(GPU_CLASS, 1, 1, 0, true),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(catalog, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });
  });

  describe("changeClass", () => {
    it("should change what it is given and log it", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      const raisedAt = (await time.latest()) + 1 + GRACE_SECONDS;
      await expect(catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE, 20, 7, false))
        .to.emit(catalog, "ClassChanged")
        .withArgs(GPU_CLASS, 2n * GPU_STAKE, raisedAt, 20, 1, 7, false);
      expect(await catalog.classOf(GPU_CLASS)).to.deep.equal([
        2n * GPU_STAKE,
        20n,
        7n,
        BigInt(raisedAt),
        BigInt(Kind.GPU),
        false,
        "H100",
      ]);
    });

    it("should refuse unknown classes and what is out of bounds", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await expect(catalog.changeClass(2, 1, 1, 0, true))
        .to.be.revertedWithCustomError(catalog, "HardwareCatalog_UnknownClass")
        .withArgs(2);
      await expect(catalog.changeClass(GPU_CLASS, 0, 1, 0, true)).to.be.revertedWithCustomError(
        catalog,
        "HardwareCatalog_StakeOutOfBounds",
      );
      await expect(catalog.changeClass(GPU_CLASS, 1, 0, 0, true)).to.be.revertedWithCustomError(
        catalog,
        "HardwareCatalog_WeightOutOfBounds",
      );
    });

    it("should let a raise reach older nodes only after the grace period (I10, T-57)", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      expect(await catalog.graceSeconds()).to.equal(GRACE_SECONDS);
      await catalog.changeClass(GPU_CLASS, 3n * GPU_STAKE, 10, 0, true);
      const { raisedAt } = await catalog.classOf(GPU_CLASS);
      expect((await catalog.entryOf(GPU_CLASS)).stakePerUnit).to.equal(3n * GPU_STAKE);
      await time.increaseTo(raisedAt - 1n);
      expect(await catalog.stakeDue(GPU_CLASS, GPU_STAKE)).to.equal(GPU_STAKE);
      expect(await catalog.stakeDue(GPU_CLASS, 3n * GPU_STAKE)).to.equal(3n * GPU_STAKE);
      await time.increaseTo(raisedAt);
      expect(await catalog.stakeDue(GPU_CLASS, GPU_STAKE)).to.equal(3n * GPU_STAKE);
    });

    it("should let a lower stake serve everybody at once, a pending raise or not", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await catalog.changeClass(GPU_CLASS, 3n * GPU_STAKE, 10, 0, true);
      const { raisedAt } = await catalog.classOf(GPU_CLASS);
      await catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE, 10, 0, true);
      expect(await catalog.stakeDue(GPU_CLASS, GPU_STAKE)).to.equal(GPU_STAKE);
      expect(await catalog.stakeDue(GPU_CLASS, 3n * GPU_STAKE)).to.equal(2n * GPU_STAKE);
      await time.increaseTo(raisedAt);
      expect(await catalog.stakeDue(GPU_CLASS, GPU_STAKE)).to.equal(2n * GPU_STAKE);
    });

    it("should refuse a second raise before the first has reached everybody", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE, 10, 0, true);
      const { raisedAt } = await catalog.classOf(GPU_CLASS);
      await expect(catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE + 1n, 10, 0, true))
        .to.be.revertedWithCustomError(catalog, "HardwareCatalog_RaisePending")
        .withArgs(GPU_CLASS, raisedAt);
      await catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE, 11, 0, true);
      await time.increaseTo(raisedAt);
      await catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE + 1n, 10, 0, true);
    });

    it("should let a raise reach those whom nobody told, though the next one is on its way", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await catalog.changeClass(GPU_CLASS, 2n * GPU_STAKE, 10, 0, true);
      const { raisedAt } = await catalog.classOf(GPU_CLASS);
      // In the very second in which the first takes effect: nobody can tell a node before.
      await time.setNextBlockTimestamp(raisedAt);
      await catalog.changeClass(GPU_CLASS, 3n * GPU_STAKE, 10, 0, true);
      expect(await catalog.stakeDue(GPU_CLASS, GPU_STAKE)).to.equal(2n * GPU_STAKE);
      expect(await catalog.stakeDue(GPU_CLASS, 3n * GPU_STAKE)).to.equal(3n * GPU_STAKE);
    });

    it("should ask of nobody more than the dearest stake it has announced (I10)", async () => {
      const stake = fc.bigInt(1n, 1_000n);
      await fc.assert(
        fc.asyncProperty(stake, stake, fc.nat(2 * GRACE_SECONDS), async (entered, next, wait) => {
          const { catalog } = await networkHelpers.loadFixture(deploy);
          await catalog.addClass(Kind.CPU, "x", entered, 1, 0);
          await catalog.changeClass(2, next, 1, 0, true);
          await time.increase(wait + 1);
          const due = await catalog.stakeDue(2, entered);
          const inGrace = next > entered && wait + 1 < GRACE_SECONDS;
          expect(due, "I10").to.equal(inGrace ? entered : next);
        }),
        { numRuns: 30 },
      );
    });
  });

  describe("weightAt", () => {
    it("should change with the next epoch and remember every epoch (T-42)", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      const weights = async () => Promise.all([0, 1, 2, 3, 9].map(async (epoch) => catalog.weightAt(GPU_CLASS, epoch)));
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 20, 0, true);
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 30, 0, true);
      expect(await weights()).to.deep.equal([10n, 30n, 30n, 30n, 30n]);
      await time.increase(2 * EPOCH_SECONDS);
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 40, 0, true);
      expect(await weights()).to.deep.equal([10n, 30n, 30n, 40n, 40n]);
    });

    it("should be zero before the class was there", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      await time.increase(2 * EPOCH_SECONDS);
      await catalog.addClass(Kind.CPU, "x", 1, 7, 0);
      expect(await catalog.weightAt(2, 1)).to.equal(0n);
      expect(await catalog.weightAt(2, 2)).to.equal(7n);
    });
  });

  describe("challengeSizeAt", () => {
    it("should change with the next epoch, apart from the weight, and remember every epoch (I10)", async () => {
      const { catalog } = await networkHelpers.loadFixture(deploy);
      const max = 2 ** 32 - 1;
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 20, max, true);
      await time.increase(2 * EPOCH_SECONDS);
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 30, 5, true);
      const sizes = await Promise.all([0, 1, 2, 3].map(async (epoch) => catalog.challengeSizeAt(GPU_CLASS, epoch)));
      expect(sizes).to.deep.equal([1_000n, BigInt(max), BigInt(max), 5n]);
      expect(await catalog.weightAt(GPU_CLASS, 1)).to.equal(20n);
      expect(await catalog.challengeSizeAt(9, 3)).to.equal(0n);
    });
  });
});
