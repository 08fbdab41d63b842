import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SettlementMathHarness } from "../../typechain-types/index.js";
import { amount, between, book, closeTerms, credits, facts, mill, price } from "./differential/arbitraries.js";
import { redemptionOf } from "./model.js";

const { ethers } = await hre.network.create();

const WAD = 10n ** 18n;
const RUNS = { numRuns: hre.globalOptions.long ? 1_000 : 200 };

describe("EpochClose", () => {
  let math: SettlementMathHarness;

  before(async () => {
    math = await ethers.deployContract("SettlementMathHarness");
  });

  describe("rateDown (4c) and redeemDown (4d)", () => {
    it("should never pay out more than the bank holds, nor more in parts than at once", async () => {
      await fc.assert(
        fc.asyncProperty(mill, credits, price, between(0n, 1_000_000n), async (bank, outstanding, hi, cut) => {
          const rate = await math.rateDown(bank, outstanding, hi);
          const part = (outstanding * cut) / 1_000_000n;
          const whole = await math.redeemDown(outstanding, rate);
          const sum = (await math.redeemDown(part, rate)) + (await math.redeemDown(outstanding - part, rate));
          expect(whole <= bank).to.equal(true);
          expect(sum <= whole).to.equal(true);
          expect(whole).to.equal(redemptionOf(outstanding, rate).floor());
        }),
        RUNS,
      );
    });
  });

  describe("nextFeeBurnEmaDown (4g)", () => {
    it("should hand on at most what was burned, over any sequence, X-07", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(amount(90), { minLength: 1, maxLength: 12 }), async (burns) => {
          let average = 0n;
          let handedOn = 0n;
          for (const burn of [...burns, 0n, 0n, 0n, 0n]) {
            average = await math.nextFeeBurnEmaDown(average, burn);
            handedOn += average;
          }
          expect(handedOn <= burns.reduce((sum, burn) => sum + burn, 0n)).to.equal(true);
        }),
        { numRuns: 100 },
      );
    });
  });

  describe("close (4)", () => {
    it("should neither create nor lose MILL, emit over the schedule, or burn below par", async () => {
      await fc.assert(
        fc.asyncProperty(book, facts, closeTerms, async (before, at, terms) => {
          const [after, closing] = await math.close(before, at, terms);
          const { emitted, cancelled, topUp, availability, attestors, checks, ecosystem } = closing;
          expect(after.bank + closing.reserved + closing.feeBurn + closing.surplusBurn, "bank").to.equal(
            before.bank + topUp,
          );
          expect(topUp + availability + attestors + checks + ecosystem, "pots").to.equal(emitted);
          expect(emitted + cancelled, "schedule").to.equal(at.schedule);
          expect(after.outstanding + closing.redeemed, "L").to.equal(before.outstanding);
          expect(closing.redeemed + after.credits, "requests").to.equal(before.credits);
          if (closing.feeBurn + closing.surplusBurn > 0n) {
            expect(after.bank * at.loWad >= after.outstanding * WAD, "backing").to.equal(true);
          }
        }),
        RUNS,
      );
    });

    it("should roll requests and fees over when the bank is empty or no price is there", async () => {
      const terms = { gammaPpm: 0n, tauPpm: 0n, kappaPpm: 0n, bufferPpm: 250_000n, attestorsPpm: 0n, checksPpm: 0n };
      const close_ = (bank: bigint, hiWad: bigint) =>
        math.close(
          { bank, outstanding: 10n * WAD, credits: 4n * WAD, fees: WAD, feeBurnEma: 0n },
          { loWad: hiWad, hiWad, schedule: 0n, floor: 0n, checksPaid: false },
          { ...terms, availabilityPpm: 1_000_000n },
        );
      for (const [bank, hi] of [
        [0n, WAD],
        [20n * WAD, 0n],
      ]) {
        const [after, closing] = await close_(bank, hi);
        expect([after.credits, after.fees, closing.rate]).to.deep.equal([4n * WAD, WAD, 0n]);
      }
    });

    it("should burn nothing at the last price, when there is no live one", async () => {
      const [after, closing] = await math.close(
        { bank: 100n * WAD, outstanding: 10n * WAD, credits: 4n * WAD, fees: WAD, feeBurnEma: 0n },
        { loWad: 0n, hiWad: WAD, schedule: 0n, floor: 0n, checksPaid: false },
        {
          gammaPpm: 0n,
          tauPpm: 0n,
          kappaPpm: 33_333n,
          bufferPpm: 250_000n,
          availabilityPpm: 1_000_000n,
          attestorsPpm: 0n,
          checksPpm: 0n,
        },
      );
      expect([closing.reserved, closing.feeBurn, closing.surplusBurn]).to.deep.equal([4n * WAD, 0n, 0n]);
      expect(after.fees).to.equal(WAD);
    });
  });
});
