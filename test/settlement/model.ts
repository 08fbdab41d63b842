import { Fraction } from "./fraction.js";

/**
 * The settlement as `docs/settlement.md` says it, in exact fractions and plain lists: no slots, no lazy pricing, no
 * search. Rounding happens only where MILL or credits are booked, and each place says which way.
 */

const WAD = 10n ** 18n;
const PPM = 1_000_000n;
const RATE_ONE = 10n ** 27n;
const FEE_BURN_EPOCHS = 7n;
const ZERO = new Fraction(0n);

const whole = (value: bigint): Fraction => new Fraction(value);
const wad = (value: bigint): Fraction => new Fraction(value, WAD);
const ppm = (value: bigint): Fraction => new Fraction(value, PPM);

/** Terms of a close, in PPM. */
export interface CloseTerms {
  readonly gammaPpm: bigint;
  readonly tauPpm: bigint;
  readonly kappaPpm: bigint;
  readonly bufferPpm: bigint;
  readonly availabilityPpm: bigint;
  readonly attestorsPpm: bigint;
  readonly checksPpm: bigint;
}

/** What a close changes. */
export interface Book {
  readonly bank: bigint;
  readonly outstanding: bigint;
  readonly credits: bigint;
  readonly fees: bigint;
  readonly feeBurnEma: bigint;
}

/** What a close is made at; a price of zero is none. */
export interface Facts {
  readonly loWad: bigint;
  readonly hiWad: bigint;
  readonly schedule: bigint;
  readonly floor: bigint;
  readonly checksPaid: boolean;
}

/** All numbers of a close. */
export interface Closing {
  readonly rate: bigint;
  readonly redeemed: bigint;
  readonly reserved: bigint;
  readonly emitted: bigint;
  readonly cancelled: bigint;
  readonly topUp: bigint;
  readonly availability: bigint;
  readonly attestors: bigint;
  readonly checks: bigint;
  readonly ecosystem: bigint;
  readonly feeBurn: bigint;
  readonly surplusBurn: bigint;
}

/** (1) Credits for MILL. */
export function creditsOf(mill: bigint, loWad: bigint, spreadPpm: bigint): Fraction {
  return whole(mill)
    .times(wad(loWad))
    .times(whole(1n).minus(ppm(spreadPpm)));
}

/** (2), (3) MILL burned for `credits` out of `held`. */
export function burnedShareOf(burned: bigint, credits: bigint, held: bigint): Fraction {
  return new Fraction(burned * credits, held);
}

/** (4c) MILL per credit. */
export function rateOf(bank: bigint, outstanding: bigint, hiWad: bigint): Fraction {
  const par = whole(1n).over(wad(hiWad));
  return outstanding === 0n ? par : Fraction.min(par, new Fraction(bank, outstanding));
}

/** (4d) MILL for credits at a booked rate. */
export function redemptionOf(credits: bigint, rate: bigint): Fraction {
  return new Fraction(credits * rate, RATE_ONE);
}

/** (4) All of a close. */
export function close(book: Book, facts: Facts, terms: CloseTerms): { book: Book; closing: Closing } {
  const { outstanding: before, credits, fees, feeBurnEma } = book;
  const growth = whole(ppm(terms.gammaPpm).times(whole(feeBurnEma)).floor());
  const emission = Fraction.min(whole(facts.schedule), whole(facts.floor).plus(growth)).floor(); // (4a)
  const share = (part: bigint): bigint => ppm(part).times(whole(emission)).floor();
  const nodes = share(terms.availabilityPpm);
  const attestors = share(terms.attestorsPpm);
  const checksPart = share(terms.checksPpm);
  const ecosystem = emission - nodes - attestors - checksPart;
  const checks = facts.checksPaid ? checksPart : 0n;
  const emitted = emission - checksPart + checks;

  let bank = book.bank;
  let outstanding = before;
  let topUp = 0n;
  let rate = 0n;
  if (facts.hiWad !== 0n) {
    const missing = Fraction.max(ZERO, whole(whole(before).over(wad(facts.hiWad)).ceil() - bank));
    topUp = Fraction.min(whole(ppm(terms.tauPpm).times(whole(nodes)).floor()), missing).floor(); // (4b)
    bank += topUp;
    rate = rateOf(bank, before, facts.hiWad).times(whole(RATE_ONE)).floor(); // (4c)
  }
  const priced = rate !== 0n;
  const reserved = priced ? redemptionOf(credits, rate).floor() : 0n; // (4d)
  bank -= reserved;
  if (priced) outstanding -= credits;

  let feeBurn = 0n;
  let surplusBurn = 0n;
  const live = facts.loWad !== 0n;
  if (live) {
    const needed = whole(outstanding).over(wad(facts.loWad)).ceil();
    if (priced) {
      const surplus = Fraction.max(ZERO, whole(bank - needed));
      feeBurn = Fraction.min(whole(redemptionOf(fees, rate).floor()), surplus).floor(); // (4e)
      bank -= feeBurn;
    }
    const kept = whole(needed + ppm(terms.bufferPpm).times(whole(needed)).ceil());
    const excess = Fraction.max(ZERO, whole(bank).minus(kept));
    surplusBurn = ppm(terms.kappaPpm).times(excess).floor(); // (4f)
    bank -= surplusBurn;
  }
  const nextEma = new Fraction(feeBurnEma * (FEE_BURN_EPOCHS - 1n) + feeBurn, FEE_BURN_EPOCHS).floor(); // (4g)
  return {
    book: {
      bank,
      outstanding,
      credits: priced ? 0n : credits,
      fees: live && priced ? 0n : fees,
      feeBurnEma: nextEma,
    },
    closing: {
      rate,
      redeemed: priced ? credits : 0n,
      reserved,
      emitted,
      cancelled: facts.schedule - emitted,
      topUp,
      availability: nodes - topUp,
      attestors,
      checks,
      ecosystem,
      feeBurn,
      surplusBurn,
    },
  };
}
