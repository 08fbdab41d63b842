import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SettlementMathHarness } from "../../typechain-types/index.js";

const { ethers } = await hre.network.create();

const WAD = 10n ** 18n;
const RUNS = { numRuns: 1_000 };
const price = fc.integer({ min: 0, max: 104 }).chain((size) => fc.bigInt({ min: 0n, max: 2n ** BigInt(size) - 1n }));

describe("PriceHistory", () => {
  let math: SettlementMathHarness;

  before(async () => {
    math = await ethers.deployContract("SettlementMathHarness");
  });

  describe("averageTowardsSpot", () => {
    it("should move half of the way in a half-life, and not at all in no time", async () => {
      const at = { observedAt: 1_000, ema: 3n * WAD, spot: WAD };
      expect(await math.average(at, 1_000, 60)).to.equal(3n * WAD);
      expect(await math.average(at, 1_060, 60)).to.equal(2n * WAD);
      expect(await math.average(at, 1_120, 60)).to.equal((3n * WAD) / 2n);
      expect(await math.average(at, 1_000 + 64 * 60, 60)).to.equal(WAD);
    });

    it("should be ema + (spot - ema) * (1 - 2^(-dt/h)) for any values, and stay between the two", async () => {
      await fc.assert(
        fc.asyncProperty(
          price,
          price,
          fc.integer({ min: 1, max: 86_400 }),
          fc.double({ min: 0, max: 70, noNaN: true }),
          async (ema, spot, halfLife, halvings) => {
            const elapsed = Math.floor(halvings * halfLife);
            const average = await math.average({ observedAt: 0, ema, spot }, elapsed, halfLife);
            const [low, high] = ema < spot ? [ema, spot] : [spot, ema];
            expect(average >= low && average <= high).to.equal(true);
            const expected = Number(spot) + (Number(ema) - Number(spot)) * 2 ** (-elapsed / halfLife);
            expect(Math.abs(Number(average) - expected) <= Number(high) * 1e-9 + 1).to.equal(true);
          },
        ),
        RUNS,
      );
    });
  });
});

describe("PriceMedian", () => {
  let math: SettlementMathHarness;

  before(async () => {
    math = await ethers.deployContract("SettlementMathHarness");
  });

  const DEVIATION = 20_000n;

  /** The rule, written again over sorted lists. */
  function medianOf(answers: bigint[], deviation: bigint): [bigint, boolean] {
    const live = answers.filter((answer) => answer > 0n).sort((a, b) => (a < b ? -1 : 1));
    const quorum = Math.max(2, Math.floor(answers.length / 2) + 1);
    if (live.length < quorum) return [0n, false];
    const middle = Math.floor(live.length / 2);
    const median = live.length % 2 === 1 ? live[middle] : (live[middle - 1] + live[middle]) / 2n;
    const agreeing = live.filter((answer) => {
      const distance = answer > median ? answer - median : median - answer;
      return distance * 1_000_000n <= median * deviation;
    });
    return agreeing.length >= quorum ? [median, true] : [0n, false];
  }

  it("should be the median that more than half of all sources agree with", async () => {
    const near = fc.bigInt({ min: 970n, max: 1_030n }).map((per) => (WAD * per) / 1_000n);
    const answers = fc.array(fc.oneof({ weight: 5, arbitrary: near }, price, fc.constant(0n)), {
      minLength: 2,
      maxLength: 7,
    });
    await fc.assert(
      fc.asyncProperty(answers, async (list) => {
        const [median, usable] = await math.median(list, DEVIATION);
        expect([median, usable]).to.deep.equal(medianOf(list, DEVIATION));
      }),
      RUNS,
    );
  });

  it("should not be moved by any minority, X-03", async () => {
    const honest = fc.bigInt({ min: 995n, max: 1_005n }).map((per) => (WAD * per) / 1_000n);
    const lists = fc.integer({ min: 2, max: 4 }).chain((majority) =>
      fc.record({
        honest: fc.array(honest, { minLength: majority, maxLength: majority }),
        liars: fc.array(price, { minLength: 0, maxLength: majority - 1 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(lists, async ({ honest: good, liars }) => {
        const [median, usable] = await math.median([...liars, ...good], DEVIATION);
        if (!usable) return;
        const allowed = (WAD * 1_005n * (1_000_000n + DEVIATION)) / 1_000n / 1_000_000n;
        expect(median <= allowed && median * 1_000n >= WAD * 970n).to.equal(true);
      }),
      RUNS,
    );
  });

  it("should not be usable when two sources disagree, or one of two is silent", async () => {
    expect(await math.median([WAD, (WAD * 105n) / 100n], DEVIATION)).to.deep.equal([0n, false]);
    expect(await math.median([WAD, 0n], DEVIATION)).to.deep.equal([0n, false]);
    expect(await math.median([WAD, WAD, 0n], DEVIATION)).to.deep.equal([WAD, true]);
    expect(await math.median([WAD, WAD, 0n, 0n], DEVIATION)).to.deep.equal([0n, false]);
  });
});
