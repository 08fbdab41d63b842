import fc from "fast-check";

import type { SettlementVectors } from "../../../typechain-types/index.js";
import { Fraction } from "../fraction.js";
import { burnedShareOf, creditsOf, rateOf, redemptionOf } from "../model.js";
import { amount, between, credits, mill, partOf, price } from "./arbitraries.js";

const WAD = 10n ** 18n;
const PPM = 1_000_000n;
const RATE_ONE = 10n ** 27n;
const YEAR_SECONDS = 365n * 86_400n;
const ZERO = new Fraction(0n);
const whole = (value: bigint): Fraction => new Fraction(value);
const ppm = (value: bigint): Fraction => new Fraction(value, PPM);
const missing = (needed: bigint, held: bigint): Fraction => Fraction.max(ZERO, whole(needed - held));

const above = (value: bigint, limit: Fraction): Fraction => Fraction.max(ZERO, whole(value).minus(limit));

/** An equation of `docs/settlement.md`, on chain and exact. */
export interface Equation {
  /** Its number and name. */
  readonly name: string;
  readonly rounding: "Down" | "Up";
  readonly vectors: fc.Arbitrary<bigint[]>;
  readonly onChain: (harness: SettlementVectors, vectors: bigint[][]) => Promise<bigint[]>;
  /** The value before the one rounding at its end. */
  readonly exact: (...vector: bigint[]) => Fraction;
  /** By how much a step before may be off, in the same direction; zero if the end is the only rounding. */
  readonly slack?: Fraction;
}

const tuple = (...parts: fc.Arbitrary<bigint>[]): fc.Arbitrary<bigint[]> => fc.tuple(...parts);

export const EQUATIONS: readonly Equation[] = [
  {
    name: "(1) credits of a purchase",
    rounding: "Down",
    vectors: tuple(mill, price, between(0n, 50_000n)),
    onChain: (harness, vectors) => harness.creditsDown(vectors as [bigint, bigint, bigint][]),
    exact: (burned, lo, spread) => creditsOf(burned, lo, spread),
  },
  {
    name: "(2) fee of a payment",
    rounding: "Up",
    vectors: tuple(credits, between(40_000n, 200_000n)),
    onChain: (harness, vectors) => harness.feeUp(vectors as [bigint, bigint][]),
    exact: (paid, fee) => ppm(fee).times(whole(paid)),
  },
  {
    name: "(2) claim to burned MILL that a payment takes",
    rounding: "Up",
    vectors: fc.tuple(mill, partOf(97)).map(([burned, [part, held]]) => [burned, part, held]),
    onChain: (harness, vectors) => harness.burnedShareUp(vectors as [bigint, bigint, bigint][]),
    exact: (burned, part, held) => burnedShareOf(burned, part, held),
  },
  {
    name: "(3) claim to burned MILL that a request takes along",
    rounding: "Down",
    vectors: fc.tuple(mill, partOf(97)).map(([burned, [part, held]]) => [burned, part, held]),
    onChain: (harness, vectors) => harness.burnedShareDown(vectors as [bigint, bigint, bigint][]),
    exact: (burned, part, held) => burnedShareOf(burned, part, held),
  },
  {
    name: "(4a) bootstrap floor",
    rounding: "Down",
    vectors: tuple(amount(90), between(20n, 30n * 86_400n), between(0n, 20_000n)),
    onChain: (harness, vectors) => harness.floorDown(vectors as [bigint, bigint, bigint][]),
    exact: (perYear, epochSeconds, epoch) =>
      new Fraction(perYear * epochSeconds, YEAR_SECONDS << ((epoch * epochSeconds) / YEAR_SECONDS)),
  },
  {
    name: "(4a) emission",
    rounding: "Down",
    vectors: tuple(amount(90), amount(80), amount(90), between(0n, 900_000n)),
    onChain: (harness, vectors) => harness.emissionDown(vectors as [bigint, bigint, bigint, bigint][]),
    exact: (schedule, floor, average, gamma) =>
      Fraction.min(whole(schedule), whole(floor).plus(ppm(gamma).times(whole(average)))),
  },
  {
    name: "(4b) top-up",
    rounding: "Down",
    vectors: tuple(amount(90), mill, credits, price, between(0n, 500_000n)),
    onChain: (harness, vectors) => harness.topUpDown(vectors as [bigint, bigint, bigint, bigint, bigint][]),
    exact: (availability, bank, outstanding, hi, tau) =>
      Fraction.min(ppm(tau).times(whole(availability)), missing(new Fraction(outstanding * WAD, hi).ceil(), bank)),
  },
  {
    name: "(4c) rate of a close",
    rounding: "Down",
    vectors: tuple(mill, credits, price),
    onChain: (harness, vectors) => harness.rateDown(vectors as [bigint, bigint, bigint][]),
    exact: (bank, outstanding, hi) => rateOf(bank, outstanding, hi).times(whole(RATE_ONE)),
  },
  {
    name: "(4d) MILL of credits at a rate",
    rounding: "Down",
    vectors: tuple(credits, amount(150)),
    onChain: (harness, vectors) => harness.redeemDown(vectors as [bigint, bigint][]),
    exact: (given, rate) => redemptionOf(given, rate),
  },
  {
    name: "(4e) fee burn",
    rounding: "Down",
    vectors: tuple(credits, amount(120), mill, mill),
    onChain: (harness, vectors) => harness.feeBurnDown(vectors as [bigint, bigint, bigint, bigint][]),
    exact: (fees, rate, bank, needed) => Fraction.min(redemptionOf(fees, rate), missing(bank, needed)),
  },
  {
    name: "(4f) surplus burn",
    rounding: "Down",
    vectors: tuple(mill, mill, between(250_000n, 10_000_000n), between(0n, 33_333n)),
    onChain: (harness, vectors) => harness.surplusBurnDown(vectors as [bigint, bigint, bigint, bigint][]),
    exact: (bank, needed, buffer, kappa) => ppm(kappa).times(above(bank, ppm(PPM + buffer).times(whole(needed)))),
    // What is kept is rounded up, which costs at most κ of a unit.
    slack: new Fraction(33_333n, PPM),
  },
  {
    name: "(4g) average of burned fees",
    rounding: "Down",
    vectors: tuple(amount(90), amount(90)),
    onChain: (harness, vectors) => harness.nextFeeBurnEmaDown(vectors as [bigint, bigint][]),
    exact: (average, burned) => new Fraction(6n * average + burned, 7n),
  },
  {
    name: "(8) credits of slashed MILL",
    rounding: "Down",
    vectors: fc.tuple(mill, price).map(([owed, lo]) => [owed, lo, 0n]),
    onChain: (harness, vectors) => harness.creditsDown(vectors as [bigint, bigint, bigint][]),
    exact: (owed, lo) => new Fraction(owed * lo, WAD),
  },
];
