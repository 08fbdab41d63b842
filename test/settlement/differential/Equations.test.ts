import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SettlementVectors } from "../../../typechain-types/index.js";
import { Fraction } from "../fraction.js";
import { close } from "../model.js";
import { fieldsOf } from "../settlementFixture.js";
import { amount, between, book, closeTerms, facts } from "./arbitraries.js";
import { EQUATIONS } from "./equations.js";

const { ethers } = await hre.network.create();

/** Vectors of each equation: 15,000 in all in a quick run. */
const VECTORS = hre.globalOptions.long ? 10_000 : 1_000;
const BATCH = 500;
const WAD = 10n ** 18n;
const ONE = new Fraction(1n);
const ZERO = new Fraction(0n);
/** Binary digits that the exact powers below keep. */
const PRECISION = 512n;

/** Vectors in lots that fit one call; always the same, unless the run is a long one. */
function* lots<T>(arbitrary: fc.Arbitrary<T>, size = BATCH): Generator<T[]> {
  const all = fc.sample(arbitrary, hre.globalOptions.long ? VECTORS : { numRuns: VECTORS, seed: 1 });
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

describe("Equations, on chain and in exact fractions", function () {
  if (hre.globalOptions.long) this.timeout(1_200_000);

  let harness: SettlementVectors;

  before(async () => {
    harness = await ethers.deployContract("SettlementVectors");
  });

  for (const { name, rounding, vectors, onChain, exact, slack = ZERO } of EQUATIONS) {
    it(`should round ${name} ${rounding.toLowerCase()}, by less than one unit, X-45, X-48`, async () => {
      for (const lot of lots(vectors)) {
        const results = await onChain(harness, lot);
        lot.forEach((vector, index) => {
          const value = exact(...vector);
          const result = new Fraction(results[index]);
          const given = rounding === "Down" ? value.minus(result) : result.minus(value);
          const isRight = !given.isBelow(ZERO) && given.isBelow(ONE.plus(slack));
          if (!isRight) expect.fail(`${name} of ${vector.join(", ")} is ${results[index]}`);
        });
      }
    });
  }

  it("should round (4a) the schedule down, at any decay and epoch, T-40", async () => {
    const vectors = fc.tuple(amount(96), between(WAD / 2n, WAD - 1n), between(0n, 20_000n));
    for (const lot of lots(vectors)) {
      const results = await harness.scheduleDown(lot);
      lot.forEach(([total, decayWad, epoch], index) => {
        const [low, high] = powerOf(decayWad, epoch);
        const most = (total * (WAD - decayWad) * high) / (WAD << PRECISION);
        // Each squaring and each product of `powu` drops less than 1e-18, and later ones only shrink that.
        const dropped = ((2n * BigInt(epoch.toString(2).length)) << PRECISION) / WAD;
        const kept = low > epoch * dropped ? low - epoch * dropped : 0n;
        const least = (total * (WAD - decayWad) * kept) / (WAD << PRECISION);
        expect(results[index] <= most && results[index] + 1n >= least, `${total} ${decayWad} ${epoch}`).to.equal(true);
      });
    }
  });

  it("should equal the model in every number of a close (4), and keep the identity (5), I1, I8", async () => {
    for (const lot of lots(fc.tuple(book, facts, closeTerms), 250)) {
      const [after, closings] = await harness.close(
        lot.map(([before]) => before),
        lot.map(([, at]) => at),
        lot.map(([, , terms]) => terms),
      );
      lot.forEach(([before, at, terms], index) => {
        const expected = close(before, at, terms);
        expect(fieldsOf(after[index])).to.deep.equal(expected.book);
        const closing = closings[index];
        expect(fieldsOf(closing)).to.deep.equal({ loWad: at.loWad, hiWad: at.hiWad, ...expected.closing });
        // (5) What leaves the bank is owed or burned for good; what is emitted is minted or in the bank.
        const out = closing.reserved + closing.feeBurn + closing.surplusBurn;
        expect(after[index].bank + out).to.equal(before.bank + closing.topUp);
        const minted = closing.availability + closing.attestors + closing.checks + closing.ecosystem;
        expect(minted + closing.topUp).to.equal(closing.emitted);
        expect(closing.emitted + closing.cancelled).to.equal(at.schedule);
      });
    }
  });
});

/** Bounds of `(base / 1e18)^exponent`, as a part of `2^PRECISION`. */
function powerOf(base: bigint, exponent: bigint): [bigint, bigint] {
  const one = 1n << PRECISION;
  const factors: [bigint, bigint] = [(base << PRECISION) / WAD, (base << PRECISION) / WAD + 1n];
  return factors.map((factor, isHigh) => {
    const times = (x: bigint, y: bigint): bigint => ((x * y) >> PRECISION) + BigInt(isHigh);
    let power = one;
    let square = factor;
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) power = times(power, square);
      square = times(square, square);
    }
    return power;
  }) as [bigint, bigint];
}
