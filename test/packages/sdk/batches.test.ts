import { batchesOf, MAX_BATCH_ITEMS } from "@millrace/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre from "hardhat";

describe("batchesOf", () => {
  it("should know how many items the contracts take", async () => {
    const { ethers } = await hre.network.create();
    const batch = await ethers.deployContract("BatchHarness", [ZeroAddress]);
    expect(await batch.MAX_BATCH_ITEMS()).to.equal(BigInt(MAX_BATCH_ITEMS));
  });

  it("should keep all items, in order, none in a call of its own before others are full", () => {
    for (const length of [0, 1, MAX_BATCH_ITEMS, MAX_BATCH_ITEMS + 1, 3 * MAX_BATCH_ITEMS - 1]) {
      const items = Array.from({ length }, (_, i) => i);
      const batches = batchesOf(items);
      expect(batches.flat()).to.deep.equal(items);
      expect(batches.slice(0, -1).every((batch) => batch.length === MAX_BATCH_ITEMS)).to.equal(true);
      expect(batches.length).to.equal(Math.ceil(length / MAX_BATCH_ITEMS));
      expect(batches.every((batch) => batch.length > 0 && batch.length <= MAX_BATCH_ITEMS)).to.equal(true);
    }
  });
});
