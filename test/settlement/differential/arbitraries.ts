import fc from "fast-check";

import type { Book, CloseTerms, Facts } from "../model.js";

/** Amounts of every size: a uniform one is nearly always huge. */
export const amount = (bits: number): fc.Arbitrary<bigint> =>
  fc.integer({ min: 0, max: bits }).chain((size) => fc.bigInt({ min: 0n, max: 2n ** BigInt(size) - 1n }));

export const between = (min: bigint, max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min, max });

/** MILL and credits, up to what their fields hold. */
export const mill = amount(96);
export const credits = amount(96);

/** USD per MILL, from a billionth of a dollar to a million. */
export const price = fc
  .integer({ min: 30, max: 80 })
  .chain((size) => fc.bigInt({ min: 10n ** 9n, max: 2n ** BigInt(size) }));

/** A part of an amount above zero, and the amount. */
export const partOf = (bits: number): fc.Arbitrary<[bigint, bigint]> =>
  fc.tuple(amount(bits), amount(bits)).map(([x, y]) => (x < y ? [x, y] : [y, x === 0n ? 1n : x]));

export const closeTerms: fc.Arbitrary<CloseTerms> = fc
  .record({
    gammaPpm: between(0n, 900_000n),
    tauPpm: between(0n, 500_000n),
    kappaPpm: between(0n, 33_333n),
    bufferPpm: between(250_000n, 10_000_000n),
    availabilityPpm: between(500_000n, 1_000_000n),
    attestorsPpm: between(0n, 200_000n),
    checksPpm: between(0n, 200_000n),
  })
  .filter((terms) => terms.availabilityPpm + terms.attestorsPpm + terms.checksPpm <= 1_000_000n);

export const book: fc.Arbitrary<Book> = fc
  .record({ bank: mill, outstanding: credits, part: between(0n, 1_000_000n), fees: credits, feeBurnEma: amount(90) })
  .map(({ part, ...rest }) => ({ ...rest, credits: (rest.outstanding * part) / 1_000_000n }));

export const facts: fc.Arbitrary<Facts> = fc
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
