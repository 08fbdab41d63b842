import { expect } from "chai";
import hre from "hardhat";

import { skipTo } from "../../../scripts/demo/skipTo.js";
import type { World } from "../../../scripts/demo/World.js";

const { networkHelpers, provider } = await hre.network.create();
const { time } = networkHelpers;

describe("skipTo", () => {
  const world = {
    provider: { send: (method: string, params: unknown[]) => provider.request({ method, params }) },
    clock: { now: () => time.latest() },
  } as unknown as World;

  it("should end in the block of that second", async () => {
    const timestamp = (await time.latest()) + 1_000;
    await skipTo(world, timestamp);
    expect(await time.latest()).to.equal(timestamp);
  });

  it("should leave a chain as it is that is there already", async () => {
    const [timestamp, block] = [await time.latest(), await time.latestBlock()];
    await skipTo(world, timestamp - 1);
    expect(await time.latestBlock()).to.equal(block);
  });

  it("should fail with a second that the chain refuses for another reason", async () => {
    const failure: unknown = await skipTo(world, 2 ** 70).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
  });
});
