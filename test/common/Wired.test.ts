import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre from "hardhat";

const { ethers, networkHelpers } = await hre.network.create();

const MINT = 1n;
const CREDIT = 2n;

describe("Wired", () => {
  async function deploy() {
    const [deployer, module, stranger] = await ethers.getSigners();
    const wired = await ethers.deployContract("WiredHarness", [deployer]);
    return { deployer, module, stranger, wired };
  }

  describe("wire", () => {
    it("should let the deployer grant permissions", async () => {
      const { wired, module } = await networkHelpers.loadFixture(deploy);
      await expect(wired.wire(module, MINT | CREDIT))
        .to.emit(wired, "PermissionsGranted")
        .withArgs(module.address, MINT | CREDIT);
      expect(await wired.permissionsOf(module)).to.equal(MINT | CREDIT);
    });

    it("should refuse anyone else", async () => {
      const { wired, module, stranger } = await networkHelpers.loadFixture(deploy);
      await expect(wired.connect(stranger).wire(module, MINT))
        .to.be.revertedWithCustomError(wired, "Wired_OnlyDeployer")
        .withArgs(stranger.address);
    });

    it("should refuse the zero address", async () => {
      const { wired } = await networkHelpers.loadFixture(deploy);
      await expect(wired.wire(ZeroAddress, MINT))
        .to.be.revertedWithCustomError(wired, "Wired_ZeroAddress")
        .withArgs("module");
    });

    it("should refuse a deployer that is zero", async () => {
      const { wired } = await networkHelpers.loadFixture(deploy);
      await expect(ethers.deployContract("WiredHarness", [ZeroAddress]))
        .to.be.revertedWithCustomError(wired, "Wired_ZeroAddress")
        .withArgs("deployer");
    });
  });

  describe("seal", () => {
    it("should end wiring for ever, for the deployer too", async () => {
      const { wired, module } = await networkHelpers.loadFixture(deploy);
      expect(await wired.isSealed()).to.equal(false);
      await expect(wired.seal()).to.emit(wired, "WiringSealed");
      expect(await wired.isSealed()).to.equal(true);
      await expect(wired.wire(module, MINT)).to.be.revertedWithCustomError(wired, "Wired_AlreadySealed");
      await expect(wired.seal()).to.be.revertedWithCustomError(wired, "Wired_AlreadySealed");
    });

    it("should refuse anyone but the deployer", async () => {
      const { wired, stranger } = await networkHelpers.loadFixture(deploy);
      await expect(wired.connect(stranger).seal()).to.be.revertedWithCustomError(wired, "Wired_OnlyDeployer");
    });
  });

  describe("onlyWired", () => {
    it("should pass a module that holds the permission", async () => {
      const { wired, module } = await networkHelpers.loadFixture(deploy);
      await wired.wire(module, MINT | CREDIT);
      await wired.connect(module).mint();
      expect(await wired.mints()).to.equal(1n);
    });

    it("should refuse a module with other permissions, a stranger and the deployer", async () => {
      const { wired, deployer, module, stranger } = await networkHelpers.loadFixture(deploy);
      await wired.wire(module, CREDIT);
      for (const caller of [module, stranger, deployer]) {
        await expect(wired.connect(caller).mint())
          .to.be.revertedWithCustomError(wired, "Wired_Forbidden")
          .withArgs(caller.address, MINT);
      }
    });

    it("T-30 should take the power from a replaced module", async () => {
      const { wired, module, stranger } = await networkHelpers.loadFixture(deploy);
      await wired.wire(module, MINT);
      await wired.wire(module, 0n);
      await wired.wire(stranger, MINT);
      await expect(wired.connect(module).mint()).to.be.revertedWithCustomError(wired, "Wired_Forbidden");
    });
  });
});
