import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SettlementMathHarness } from "../../typechain-types/index.js";
import { Fraction } from "./fraction.js";
import { fieldsOf } from "./settlementFixture.js";
import {
  type Book,
  burnedShareOf,
  close,
  type CloseTerms,
  creditsOf,
  type Facts,
  rateOf,
  redemptionOf,
} from "./model.js";

const { ethers } = await hre.network.create();

const WAD = 10n ** 18n;
const RATE_ONE = 10n ** 27n;
const RUNS = { numRuns: 1_000 };

/** Amounts of every size: a uniform one is nearly always huge. */
const amount = (bits: number): fc.Arbitrary<bigint> =>
  fc.integer({ min: 0, max: bits }).chain((size) => fc.bigInt({ min: 0n, max: 2n ** BigInt(size) - 1n }));
const ppm = (min: bigint, max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min, max });

const mill = amount(96);
const credits = amount(96);
/** From a billionth of a dollar to a million. */
const price = fc.integer({ min: 30, max: 80 }).chain((size) => fc.bigInt({ min: 10n ** 9n, max: 2n ** BigInt(size) }));

const closeTerms: fc.Arbitrary<CloseTerms> = fc
  .record({
    gammaPpm: ppm(0n, 900_000n),
    tauPpm: ppm(0n, 500_000n),
    kappaPpm: ppm(0n, 33_333n),
    bufferPpm: ppm(250_000n, 10_000_000n),
    availabilityPpm: ppm(500_000n, 1_000_000n),
    attestorsPpm: ppm(0n, 200_000n),
    checksPpm: ppm(0n, 200_000n),
  })
  .filter((terms) => terms.availabilityPpm + terms.attestorsPpm + terms.checksPpm <= 1_000_000n);

const book: fc.Arbitrary<Book> = fc
  .record({ bank: mill, outstanding: credits, part: ppm(0n, 1_000_000n), fees: credits, feeBurnEma: amount(90) })
  .map(({ part, ...rest }) => ({ ...rest, credits: (rest.outstanding * part) / 1_000_000n }));

const facts: fc.Arbitrary<Facts> = fc
  .record({
    first: price,
    second: price,
    kind: fc.constantFrom("live", "live", "live", "last", "none"),
    schedule: amount(90),
    floor: amount(80),
    checksPaid: fc.boolean(),
  })
  .map(({ first, second, kind, ...rest }) => {
    const [loWad, hiWad] = first < second ? [first, second] : [second, first];
    return { loWad: kind === "live" ? loWad : 0n, hiWad: kind === "none" ? 0n : hiWad, ...rest };
  });

describe("EpochClose", () => {
  let math: SettlementMathHarness;

  before(async () => {
    math = await ethers.deployContract("SettlementMathHarness");
  });

  describe("creditsDown (1)", () => {
    it("should round exact credits down, X-45", async () => {
      await fc.assert(
        fc.asyncProperty(mill, price, ppm(0n, 50_000n), async (burned, lo, spread) => {
          expect(await math.creditsDown(burned, lo, spread)).to.equal(creditsOf(burned, lo, spread).floor());
        }),
        RUNS,
      );
    });
  });

  describe("burnedShare (2), (3)", () => {
    it("should round a share up where it is lost and down where it is given, and never exceed the whole", async () => {
      await fc.assert(
        fc.asyncProperty(mill, amount(97), amount(97), async (burned, x, y) => {
          const [part, held] = x < y ? [x, y] : [y, x];
          if (held === 0n) return;
          const [up, down] = await math.burnedShares(burned, part, held);
          const exact = burnedShareOf(burned, part, held);
          expect(up).to.equal(exact.ceil());
          expect(down).to.equal(exact.floor());
          expect(up <= burned).to.equal(true);
        }),
        RUNS,
      );
    });
  });

  describe("rateDown (4c) and redeemDown (4d)", () => {
    it("should be the smaller of par and the backing, within one unit of the last decimal", async () => {
      await fc.assert(
        fc.asyncProperty(mill, credits, price, async (bank, outstanding, hi) => {
          const rate = await math.rateDown(bank, outstanding, hi);
          expect(rate).to.equal(rateOf(bank, outstanding, hi).times(new Fraction(RATE_ONE)).floor());
        }),
        RUNS,
      );
    });

    it("should never pay out more than the bank holds, nor more in parts than at once", async () => {
      await fc.assert(
        fc.asyncProperty(mill, credits, price, ppm(0n, 1_000_000n), async (bank, outstanding, hi, cut) => {
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
    it("should equal the exact model for any book, price and terms", async () => {
      await fc.assert(
        fc.asyncProperty(book, facts, closeTerms, async (before, at, terms) => {
          const [after, closing] = await math.close(before, at, terms);
          const expected = close(before, at, terms);
          expect(fieldsOf(after)).to.deep.equal(expected.book);
          const { loWad, hiWad } = at;
          expect(fieldsOf(closing)).to.deep.equal({ loWad, hiWad, ...expected.closing });
        }),
        RUNS,
      );
    });

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
