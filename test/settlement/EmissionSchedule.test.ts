import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SettlementMathHarness } from "../../typechain-types/index.js";

const { ethers } = await hre.network.create();

const WAD = 10n ** 18n;
const DAY = 86_400;
const YEAR = 365 * DAY;
const TOTAL = 10n ** 27n;
const FLOOR = 20_000_000n * WAD;

/** The schedule of an epoch in floating point: good to about twelve digits. */
function scheduleOf(epoch: number, epochSeconds: number, halfLifeSeconds: number): number {
  const ratio = epochSeconds / halfLifeSeconds;
  return Number(TOTAL) * -Math.expm1(-Math.LN2 * ratio) * 2 ** (-epoch * ratio);
}

describe("EmissionSchedule", () => {
  let math: SettlementMathHarness;

  before(async () => {
    math = await ethers.deployContract("SettlementMathHarness");
  });

  const planOf = async (epochSeconds: number, halfLifeSeconds: number) => ({
    total: TOTAL,
    floorPerYear: FLOOR,
    decayWad: await math.decayDown(epochSeconds, halfLifeSeconds),
    epochSeconds,
  });

  describe("decayDown", () => {
    it("should halve after a half-life", async () => {
      expect(await math.decayDown(DAY, DAY)).to.equal(WAD / 2n);
    });

    it("should refuse an epoch over the half-life", async () => {
      await expect(math.decayDown(DAY + 1, DAY))
        .to.be.revertedWithCustomError(math, "EmissionSchedule_BadHalfLife")
        .withArgs(DAY + 1, DAY);
    });
  });

  describe("scheduleDown (4a)", () => {
    it("should follow 2^(-t/h) for any epoch", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 20, max: 30 * DAY }),
          fc.integer({ min: YEAR, max: 10 * YEAR }),
          fc.double({ min: 0, max: 20, noNaN: true }),
          async (epochSeconds, halfLifeSeconds, halvings) => {
            const epoch = Math.floor((halvings * halfLifeSeconds) / epochSeconds);
            const [schedule] = await math.emission(await planOf(epochSeconds, halfLifeSeconds), epoch);
            const expected = scheduleOf(epoch, epochSeconds, halfLifeSeconds);
            expect(Math.abs(Number(schedule) - expected) <= expected * 1e-9).to.equal(true);
          },
        ),
        { numRuns: 1_000 },
      );
    });

    it("should sum to half of the total in the first half-life, and never to more than the total", async () => {
      const plan = await planOf(30 * DAY, 30 * 30 * DAY);
      const first = await math.scheduleSum(plan, 0, 30);
      expect(Math.abs(Number(first) / Number(TOTAL) - 0.5) < 1e-12).to.equal(true);
      let sum = first;
      for (let from = 30; from < 1_530; from += 500) sum += await math.scheduleSum(plan, from, 500);
      expect(sum <= TOTAL, "I1").to.equal(true);
      expect(TOTAL - sum < 10n ** 15n).to.equal(true);
    });

    it("should fall from epoch to epoch and reach zero", async () => {
      const plan = await planOf(DAY, 4 * YEAR);
      let last = TOTAL;
      for (const epoch of [0, 1, 2, 1_460, 2_920, 14_600, 100_000, 4_294_967_295]) {
        const [schedule] = await math.emission(plan, epoch);
        expect(schedule < last || schedule === 0n).to.equal(true);
        last = schedule;
      }
      expect(last).to.equal(0n);
    });
  });

  describe("floorDown (4a)", () => {
    it("should share the year's floor over its days and halve every year", async () => {
      const plan = await planOf(DAY, 4 * YEAR);
      const floorOf = async (epoch: number) => (await math.emission(plan, epoch))[1];
      expect(await floorOf(0)).to.equal(FLOOR / 365n);
      expect(await floorOf(364)).to.equal(FLOOR / 365n);
      expect(await floorOf(365)).to.equal(FLOOR / 365n / 2n);
      expect(await floorOf(365 * 3)).to.equal(FLOOR / 365n / 8n);
      expect(await floorOf(4_294_967_295)).to.equal(0n);
    });
  });
});
