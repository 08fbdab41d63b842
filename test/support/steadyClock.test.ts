import { setTimeout } from "node:timers/promises";

import { expect } from "chai";
import hre from "hardhat";

describe("the clock of a test's chain", () => {
  it("should move by a second a block, however long the machine takes", async () => {
    const { ethers, networkHelpers } = await hre.network.create();
    const [sender] = await ethers.getSigners();
    const start = await networkHelpers.time.latest();
    await setTimeout(2_500);
    await sender.sendTransaction({ to: sender });
    expect(await networkHelpers.time.latest()).to.equal(start + 1);
    await networkHelpers.mine();
    expect(await networkHelpers.time.latest()).to.equal(start + 2);
  });

  it("should go where the test says", async () => {
    const { ethers, networkHelpers } = await hre.network.create();
    const [sender] = await ethers.getSigners();
    const start = await networkHelpers.time.latest();
    await networkHelpers.time.setNextBlockTimestamp(start + 100);
    await sender.sendTransaction({ to: sender });
    expect(await networkHelpers.time.latest()).to.equal(start + 100);
    await networkHelpers.time.increase(50);
    expect(await networkHelpers.time.latest()).to.equal(start + 150);
    await networkHelpers.time.increaseTo(start + 1_000);
    expect(await networkHelpers.time.latest()).to.equal(start + 1_000);
  });

  it("should not lose count where transactions come at once, or are refused", async () => {
    const { ethers, networkHelpers } = await hre.network.create();
    const [sender, other] = await ethers.getSigners();
    await Promise.all([sender, other, sender].map(async (each) => each.sendTransaction({ to: other })));
    expect(await ethers.provider.getBlockNumber()).to.equal(3);
    const start = await networkHelpers.time.latest();
    expect(await isRefused(sender.sendTransaction({ to: other, value: 10n ** 30n }))).to.equal(true);
    await sender.sendTransaction({ to: other });
    expect(await networkHelpers.time.latest()).to.equal(start + 1);
    expect(await isRefused(sender.sendTransaction({ data: "0xfe" }))).to.equal(true);
    await sender.sendTransaction({ to: other });
    expect(await networkHelpers.time.latest()).to.equal(start + 3);
  });

  it("should return to the time of a snapshot", async () => {
    const { networkHelpers } = await hre.network.create();
    const start = await networkHelpers.time.latest();
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.increase(5_000);
    await snapshot.restore();
    await networkHelpers.mine();
    expect(await networkHelpers.time.latest()).to.equal(start + 1);
  });
});

async function isRefused(sent: Promise<unknown>): Promise<boolean> {
  return sent.then(
    () => false,
    () => true,
  );
}
