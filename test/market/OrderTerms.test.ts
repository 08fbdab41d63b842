import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { MarketRulesHarness } from "../../typechain-types/index.js";
import { CREDIT, taskTerms } from "./marketFixture.js";

const { ethers } = await hre.network.create();

const PPM = 1_000_000n;
const WAD = 10n ** 18n;
const MAX_CREDITS = 10n ** 27n;
const divUp = (x: bigint, y: bigint): bigint => (x + y - 1n) / y;
const credits = fc.bigInt({ min: 1n, max: MAX_CREDITS });

describe("OrderTerms", () => {
  let rules: MarketRulesHarness;

  before(async () => {
    rules = await ethers.deployContract("MarketRulesHarness");
  });

  describe("priceAfterDown", () => {
    it("should climb from start to max and stay there", async () => {
      const terms = taskTerms({ startPrice: 10n * CREDIT, maxPrice: 30n * CREDIT, rampSeconds: 100 });
      expect(await rules.priceAfterDown(terms, 0)).to.equal(10n * CREDIT);
      expect(await rules.priceAfterDown(terms, 50)).to.equal(20n * CREDIT);
      expect(await rules.priceAfterDown(terms, 100)).to.equal(30n * CREDIT);
      expect(await rules.priceAfterDown(terms, 1_000_000)).to.equal(30n * CREDIT);
    });

    it("should offer the max at once without a ramp", async () => {
      const terms = taskTerms({ startPrice: 1n, maxPrice: 30n, rampSeconds: 0 });
      expect(await rules.priceAfterDown(terms, 0)).to.equal(30n);
    });

    it("should never fall, never leave its bounds, and round down", async () => {
      const cases = fc.record({
        a: credits,
        b: credits,
        rampSeconds: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        elapsed: fc.integer({ min: 0, max: 2 ** 33 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ a, b, rampSeconds, elapsed }) => {
          const [startPrice, maxPrice] = a < b ? [a, b] : [b, a];
          const terms = taskTerms({ startPrice, maxPrice, rampSeconds });
          const price = await rules.priceAfterDown(terms, elapsed);
          const climbed = ((maxPrice - startPrice) * BigInt(elapsed)) / BigInt(rampSeconds);
          expect(price).to.equal(elapsed >= rampSeconds ? maxPrice : startPrice + climbed);
          expect(await rules.priceAfterDown(terms, elapsed + 1)).to.be.at.least(price);
        }),
      );
    });
  });

  describe("bondUp, equation (9)", () => {
    function snapshot(floor: bigint, detectionPpm: bigint) {
      const bondRule = { floor, detectionPpm };
      return { buyer: ethers.ZeroAddress, openedAt: 0, feePpm: 0, bondRule };
    }

    it("should be the floor when a cheat is always detected", async () => {
      expect(await rules.bondUp(snapshot(7n, PPM), CREDIT, CREDIT, WAD)).to.equal(7n);
    });

    it("should be twice price and outside value at p = 1/2 and par", async () => {
      expect(await rules.bondUp(snapshot(1n, 500_000n), 3n * CREDIT, 5n * CREDIT, WAD)).to.equal(16n * CREDIT);
    });

    it("should ask more MILL when a MILL is worth less", async () => {
      expect(await rules.bondUp(snapshot(1n, 500_000n), 0n, 5n * CREDIT, WAD / 4n)).to.equal(40n * CREDIT);
    });

    it("should never be below the equation or the floor", async () => {
      const cases = fc.record({
        price: fc.bigInt({ min: 1n, max: MAX_CREDITS / 100n }),
        value: fc.bigInt({ min: 0n, max: MAX_CREDITS / 100n }),
        p: fc.bigInt({ min: 10_000n, max: PPM }),
        floor: fc.bigInt({ min: 1n, max: 10n ** 24n }),
        priceWad: fc.bigInt({ min: 10n ** 18n, max: 10n ** 24n }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ price, value, p, floor, priceWad }) => {
          const bond = await rules.bondUp(snapshot(floor, p), value, price, priceWad);
          // (c / p − fee + V · (1 − p) / p) / (1 − r), every factor multiplied out: c = fee = price, r = 1/2
          const numerator = (price * PPM - price * p + value * (PPM - p)) * 2n * WAD;
          expect(bond * p * priceWad >= numerator).to.equal(true);
          expect(bond).to.be.at.least(floor);
          const exact = divUp(numerator, p * priceWad);
          expect(bond - (exact > floor ? exact : floor)).to.be.at.most((3n * WAD) / priceWad + 1n);
        }),
      );
    });
  });
});
