import { expect } from "chai";
import hre from "hardhat";

const { ethers, networkHelpers } = await hre.network.create();

const DAY = 86_400;

describe("EntryPause", () => {
  async function deploy() {
    const [admin, stranger] = await ethers.getSigners();
    const authority = await ethers.deployContract("AccessManager", [admin]);
    const pausable = await ethers.deployContract("EntryPauseHarness", [authority]);
    return { admin, stranger, pausable };
  }

  it("should be open at first", async () => {
    const { pausable } = await networkHelpers.loadFixture(deploy);
    await pausable.enter();
    expect(await pausable.entries()).to.equal(1n);
  });

  it("should hold back entries and no exit, and end by itself", async () => {
    const { pausable } = await networkHelpers.loadFixture(deploy);
    await pausable.pauseEntries(DAY);
    const until = await pausable.entriesPausedUntil();
    await expect(pausable.enter()).to.be.revertedWithCustomError(pausable, "EntryPause_EntriesPaused").withArgs(until);
    await pausable.exit();
    expect(await pausable.exits()).to.equal(1n);
    await networkHelpers.time.increaseTo(until);
    await pausable.enter();
    expect(await pausable.entries()).to.equal(1n);
  });

  it("should reopen at once when asked for no seconds", async () => {
    const { pausable } = await networkHelpers.loadFixture(deploy);
    await pausable.pauseEntries(DAY);
    await expect(pausable.pauseEntries(0)).to.emit(pausable, "EntriesPaused");
    await pausable.enter();
    expect(await pausable.entries()).to.equal(1n);
  });

  it("should refuse a pause of more than seven days", async () => {
    const { pausable } = await networkHelpers.loadFixture(deploy);
    await pausable.pauseEntries(7 * DAY);
    await expect(pausable.pauseEntries(7 * DAY + 1))
      .to.be.revertedWithCustomError(pausable, "EntryPause_PauseTooLong")
      .withArgs(7 * DAY + 1, 7 * DAY);
  });

  it("should refuse a stranger", async () => {
    const { pausable, stranger } = await networkHelpers.loadFixture(deploy);
    await expect(pausable.connect(stranger).pauseEntries(1))
      .to.be.revertedWithCustomError(pausable, "AccessManagedUnauthorized")
      .withArgs(stranger.address);
  });
});
