import { expect } from "chai";
import { dataLength, ZeroAddress } from "ethers";
import hre from "hardhat";

import type { BatchHarness } from "../../typechain-types/index.js";

const { ethers, networkHelpers } = await hre.network.create();

const BAD = 13;
const HUGE = 14;
const SILENT = 15;
/** Uses up 120,000 gas two calls down, and then succeeds. */
const COSTLY = 16;
/** Uses up all gas that it is given. */
const BURNER = 17;
const MAX_REASON_BYTES = 260;

describe("Batch", () => {
  async function deploy() {
    const [caller, stranger] = await ethers.getSigners();
    const below = await ethers.deployContract("BatchHarness", [ZeroAddress]);
    const batch = await ethers.deployContract("BatchHarness", [below]);
    return { caller, stranger, batch };
  }

  async function failures(batch: BatchHarness) {
    return (await batch.queryFilter(batch.filters.ItemFailed(), -1)).map(({ args }) => args);
  }

  it("should do every item by the caller's own name", async () => {
    const { batch, stranger } = await networkHelpers.loadFixture(deploy);
    expect(await batch.actMany.staticCall([1, 2, 3])).to.equal(3n);
    await batch.connect(stranger).actMany([1, 2, 3]);
    for (const item of [1, 2, 3]) expect(await batch.doneBy(item)).to.equal(stranger.address);
    expect(await failures(batch)).to.deep.equal([]);
  });

  it("should tell a failed item with its reason and go on", async () => {
    const { batch, caller } = await networkHelpers.loadFixture(deploy);
    await batch.actMany([1, BAD, 2]);
    const [failed, ...others] = await failures(batch);
    expect(others).to.deep.equal([]);
    expect(failed.index).to.equal(1n);
    expect(failed.reason).to.equal(batch.interface.encodeErrorResult("BatchHarness_Bad", [BAD]));
    expect(await batch.doneBy(2)).to.equal(caller.address);
  });

  it("X-28: should do a duplicate once and tell the second", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    await batch.actMany([5, 4, 5]);
    const [failed, ...others] = await failures(batch);
    expect(others).to.deep.equal([]);
    expect(failed.index).to.equal(2n);
  });

  it("T-53: should copy no more of a reason than a bound, nor need one", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    await batch.actMany([HUGE, SILENT, 1]);
    const sizes = (await failures(batch)).map(({ reason }) => dataLength(reason));
    expect(sizes).to.deep.equal([MAX_REASON_BYTES, 0]);
  });

  it("T-53: should never tell an item to have failed for the caller's lack of gas", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    const before = await networkHelpers.takeSnapshot();
    let [tooLittle, enough] = [0, 0];
    for (let gasLimit = 60_000; gasLimit <= 400_000; gasLimit += 4_000) {
      try {
        await (await batch.actMany([COSTLY], { gasLimit })).wait();
        expect(await failures(batch), `with ${gasLimit} gas`).to.deep.equal([]);
        enough++;
      } catch (error) {
        expect(String(error)).to.match(/Batch_TooLittleGas|ran out of gas/);
        tooLittle++;
      }
      await before.restore();
    }
    expect(tooLittle, "limits that are too low").to.be.greaterThan(10);
    expect(enough, "limits that suffice").to.be.greaterThan(10);
  });

  it("should let a bad item cost the batch no more than its gas", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    await expect(batch.actMany([BAD, BAD, 1], { gasLimit: 300_000 })).to.emit(batch, "ItemFailed");
  });

  it("T-53: should let an item burn its own gas only, however many do and however much there is", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    const most = 4n * (await batch.ITEM_GAS());
    const receipt = await (await batch.actMany([BURNER, 1, BURNER, BURNER, 2], { gasLimit: 5_000_000 })).wait();
    expect(receipt?.gasUsed).to.be.lessThan(most);
    expect((await failures(batch)).map(({ index }) => index)).to.deep.equal([0n, 2n, 3n]);
  });

  it("T-56: should refuse an empty batch and one too long", async () => {
    const { batch } = await networkHelpers.loadFixture(deploy);
    const items = Array.from({ length: 65 }, (_, i) => 100 + i);
    await expect(batch.actMany([])).to.be.revertedWithCustomError(batch, "Batch_LengthOutOfBounds").withArgs(0, 64);
    await expect(batch.actMany(items)).to.be.revertedWithCustomError(batch, "Batch_LengthOutOfBounds").withArgs(65, 64);
    await batch.actMany(items.slice(1));
    expect(await failures(batch)).to.deep.equal([]);
  });
});
