import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { countUp } from "@millrace/uptime-tree/format";

import type { SlotBitmapHarness } from "../../typechain-types/index.js";

const { ethers } = await hre.network.create();
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe("SlotBitmap", () => {
  let library: SlotBitmapHarness;

  before(async () => {
    library = await ethers.deployContract("SlotBitmapHarness");
  });

  it("should count the bits of any word, and of all and none", async () => {
    await fc.assert(
      fc.asyncProperty(word, async (bitmap) => {
        expect(await library.countUp(bitmap)).to.equal(countUp(bitmap));
      }),
    );
    expect(await library.countUp(2n ** 256n - 1n)).to.equal(256);
    expect(await library.countUp(0)).to.equal(0);
  });

  it("should count within any range", async () => {
    await fc.assert(
      fc.asyncProperty(word, fc.nat(256), fc.nat(256), async (bitmap, x, y) => {
        const [first, end] = [Math.min(x, y), Math.max(x, y)];
        const expected = countUp((bitmap >> BigInt(first)) & ((1n << BigInt(end - first)) - 1n));
        expect(await library.countUpWithin(bitmap, first, end)).to.equal(expected);
      }),
    );
  });

  it("should refuse ranges that are reversed or too long", async () => {
    for (const [first, end] of [
      [2, 1],
      [0, 257],
    ] as const) {
      await expect(library.countUpWithin(0, first, end)).to.be.revertedWithCustomError(library, "SlotBitmap_BadRange");
    }
  });

  it("should read single slots", async () => {
    expect(await library.isUp(0b10, 1)).to.equal(true);
    expect(await library.isUp(0b10, 0)).to.equal(false);
    expect(await library.isUp(2n ** 255n, 255)).to.equal(true);
  });
});
