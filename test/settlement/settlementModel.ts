import { burnedShareOf, close, creditsOf, redemptionOf, type CloseTerms, type Closing, type Facts } from "./model.js";
import { Fraction } from "./fraction.js";

const PPM = 1_000_000n;

/** A buyer, as booked. */
export interface Buyer {
  free: bigint;
  locked: bigint;
  burned: bigint;
  owedMill: bigint;
}

/** Credits that wait for their epoch's price. */
interface Waiting {
  readonly epoch: number;
  readonly account: string;
  readonly credits: bigint;
  /** The most MILL they give; none for what was earned. */
  readonly share: bigint | null;
  /** The key under which they were set aside, if they were. */
  aside: number | null;
}

/** What a close gave an account, until it is collected. */
interface Payable {
  mill: bigint;
  /** MILL above what a buyer burned; back in the bank when the account is next touched. */
  returned: bigint;
}

/** The whole settlement over time. Redemptions are priced at the close itself, for everybody. */
export class SettlementModel {
  bank = 0n;
  outstanding = 0n;
  owed = 0n;
  burned = 0n;
  emitted = 0n;
  unburned = 0n;
  feeBurnEma = 0n;
  fees = 0n;
  nextEpoch = 0;
  readonly buyers = new Map<string, Buyer>();
  /** MILL that each buyer burned, and that it was given for redeemed credits. */
  readonly spent = new Map<string, bigint>();
  readonly redeemed = new Map<string, bigint>();
  private payables = new Map<string, Payable>();
  private waiting: Waiting[] = [];
  private feesOf = new Map<number, bigint>();

  buyer(name: string): Buyer {
    let buyer = this.buyers.get(name);
    if (buyer === undefined) {
      buyer = { free: 0n, locked: 0n, burned: 0n, owedMill: 0n };
      this.buyers.set(name, buyer);
    }
    return buyer;
  }

  buy(name: string, mill: bigint, loWad: bigint, spreadPpm: bigint): bigint {
    const credits = creditsOf(mill, loWad, spreadPpm).floor();
    this.credit(name, mill, credits);
    return credits;
  }

  lock(name: string, credits: bigint): void {
    const buyer = this.buyer(name);
    buyer.free -= credits;
    buyer.locked += credits;
  }

  refund(name: string, credits: bigint): void {
    this.lock(name, -credits);
  }

  pay(name: string, provider: string, credits: bigint, feePpm: bigint, epoch: number): void {
    const buyer = this.buyer(name);
    buyer.burned -= burnedShareOf(buyer.burned, credits, buyer.free + buyer.locked).ceil();
    buyer.locked -= credits;
    const fee = new Fraction(feePpm * credits, PPM).ceil();
    this.outstanding -= fee;
    this.feesOf.set(epoch, (this.feesOf.get(epoch) ?? 0n) + fee);
    this.setAside(provider, false, epoch);
    this.waiting.push({ epoch, account: provider, credits: credits - fee, share: null, aside: null });
  }

  requestRedemption(name: string, credits: bigint, epoch: number): void {
    const buyer = this.buyer(name);
    const share = burnedShareOf(buyer.burned, credits, buyer.free + buyer.locked);
    buyer.burned -= share.ceil();
    buyer.free -= credits;
    this.giveBack(this.payable(name, null));
    this.setAside(name, true, epoch);
    this.waiting.push({ epoch, account: name, credits, share: share.floor(), aside: null });
  }

  compensate(name: string, millToBuyer: bigint, millToBurn: bigint): void {
    this.buyer(name).owedMill += millToBuyer;
    this.unburned += millToBurn;
  }

  creditOwed(name: string, loWad: bigint): void {
    const buyer = this.buyer(name);
    const mill = buyer.owedMill;
    buyer.owedMill = 0n;
    this.credit(name, mill, creditsOf(mill, loWad, 0n).floor());
  }

  close(epoch: number, facts: Facts, terms: CloseTerms): Closing {
    const due = this.waiting.filter((entry) => entry.epoch <= epoch);
    const credits = due.reduce((sum, entry) => sum + entry.credits, 0n);
    this.fees += this.feesOf.get(epoch) ?? 0n;
    const { bank, outstanding, fees, feeBurnEma } = this;
    const { book, closing } = close({ bank, outstanding, credits, fees, feeBurnEma }, facts, terms);
    this.bank = book.bank;
    this.owed += closing.reserved;
    this.outstanding = book.outstanding;
    this.fees = book.fees;
    this.feeBurnEma = book.feeBurnEma;
    this.burned += closing.feeBurn + closing.surplusBurn + this.unburned;
    this.unburned = 0n;
    this.emitted += closing.emitted;
    this.nextEpoch = epoch + 1;
    if (closing.rate !== 0n) this.settle(due, closing);
    return closing;
  }

  /** I2: what all accounts hold and await. */
  held(): bigint {
    let sum = this.waiting.reduce((total, entry) => total + entry.credits, 0n);
    for (const buyer of this.buyers.values()) sum += buyer.free + buyer.locked;
    return sum;
  }

  /** Collects what was priced and, if a key is given, what was set aside under it. */
  collect(account: string, aside: number | null = null): bigint {
    let mill = 0n;
    for (const payable of new Set([this.payable(account, aside), this.payable(account, null)])) {
      this.giveBack(payable);
      mill += payable.mill;
      payable.mill = 0n;
    }
    this.owed -= mill;
    return mill;
  }

  /** Keys under which something of an account was set aside, priced or not. */
  asidesOf(account: string): number[] {
    const keys = [...this.payables.keys()].filter((key) => key.startsWith(`${account} `));
    return keys.map((key) => Number(key.split(" ")[1])).filter((key) => key >= 0);
  }

  /** Older credits may share a key with new ones only if no close can price them apart. */
  private setAside(account: string, isRequest: boolean, epoch: number): void {
    const older = this.waiting.filter(
      (entry) => entry.account === account && (entry.share !== null) === isRequest && entry.aside === null,
    );
    const key = Math.max(...older.map((entry) => entry.epoch));
    if (key >= epoch || this.nextEpoch >= epoch) return;
    for (const entry of older) {
      entry.aside = key;
      this.payable(account, key);
    }
  }

  private settle(due: Waiting[], closing: Closing): void {
    this.waiting = this.waiting.filter((entry) => !due.includes(entry));
    // An account's credits under one key are one redemption: rounding happens once.
    const groups = new Map<string, Waiting[]>();
    for (const entry of due) {
      const key = `${entry.account} ${entry.share === null} ${entry.aside}`;
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    for (const entries of groups.values()) {
      const [{ account, aside, share }] = entries;
      const credits = entries.reduce((sum, entry) => sum + entry.credits, 0n);
      const par = redemptionOf(credits, closing.rate).floor();
      const shares = entries.reduce((sum, entry) => sum + (entry.share ?? 0n), 0n);
      const mill = share === null || par < shares ? par : shares;
      const payable = this.payable(account, aside);
      payable.mill += mill;
      payable.returned += par - mill;
      if (share !== null) this.redeemed.set(account, (this.redeemed.get(account) ?? 0n) + mill);
    }
  }

  private payable(account: string, aside: number | null): Payable {
    const key = `${account} ${aside ?? -1}`;
    let payable = this.payables.get(key);
    if (payable === undefined) {
      payable = { mill: 0n, returned: 0n };
      this.payables.set(key, payable);
    }
    return payable;
  }

  private giveBack(payable: Payable): void {
    this.bank += payable.returned;
    this.owed -= payable.returned;
    payable.returned = 0n;
  }

  private credit(name: string, mill: bigint, credits: bigint): void {
    const buyer = this.buyer(name);
    buyer.free += credits;
    buyer.burned += mill;
    this.bank += mill;
    this.outstanding += credits;
    this.spent.set(name, (this.spent.get(name) ?? 0n) + mill);
  }
}
