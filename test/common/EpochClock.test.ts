import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

const { ethers } = await hre.network.create();

const clockHarness = await ethers.deployContract("EpochClockHarness");

const clocks = fc
  .record({
    genesisAt: fc.integer({ min: 0, max: 2 ** 40 }),
    slotSeconds: fc.integer({ min: 1, max: 86_400 }),
    slotsPerEpoch: fc.integer({ min: 1, max: 240 }),
  })
  .map(({ genesisAt, slotSeconds, slotsPerEpoch }) => ({
    genesisAt,
    epochSeconds: slotSeconds * slotsPerEpoch,
    slotsPerEpoch,
  }));

describe("EpochClock", () => {
  it("should place every second in one slot of one epoch", async () => {
    await fc.assert(
      fc.asyncProperty(clocks, fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (clock, sinceGenesis) => {
        const timestamp = BigInt(clock.genesisAt + sinceGenesis);
        const epoch = await clockHarness.epochAtDown(clock, timestamp);
        const [start, end] = await clockHarness.bounds(clock, epoch);
        expect(start <= timestamp && timestamp < end).to.equal(true);
        const [slotSeconds, allSlots] = await clockHarness.slots(clock);
        const slot = await clockHarness.slotAtDown(clock, timestamp);
        const slotStart = start + slot * slotSeconds;
        expect(slotStart <= timestamp && timestamp < slotStart + slotSeconds).to.equal(true);
        expect(slotSeconds * BigInt(clock.slotsPerEpoch)).to.equal(BigInt(clock.epochSeconds));
        expect((allSlots >> slot) & 1n).to.equal(1n);
      }),
      { numRuns: 200 },
    );
  });

  it("should refuse a time before genesis", async () => {
    const clock = { genesisAt: 100, epochSeconds: 40, slotsPerEpoch: 20 };
    await expect(clockHarness.epochAtDown(clock, 99))
      .to.be.revertedWithCustomError(clockHarness, "EpochClock_BeforeGenesis")
      .withArgs(99, 100);
  });

  it("should accept 240 slots and refuse 241, none, and slots of a broken second", async () => {
    await clockHarness.validate({ genesisAt: 0, epochSeconds: 86_400, slotsPerEpoch: 240 });
    for (const [epochSeconds, slotsPerEpoch] of [
      [241, 241],
      [40, 0],
      [0, 20],
      [41, 20],
    ] as const) {
      await expect(clockHarness.validate({ genesisAt: 0, epochSeconds, slotsPerEpoch }))
        .to.be.revertedWithCustomError(clockHarness, "EpochClock_BadClock")
        .withArgs(epochSeconds, slotsPerEpoch);
    }
  });
});
