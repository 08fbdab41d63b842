import { ZeroAddress } from "ethers";

import { type WorldEvent, WorldEvents } from "../../test/support/worldEvents.js";
import type { Connection, World } from "./market.js";

/** Credits of an account, and its MILL on the way to credits or from them. */
class CreditAccount {
  free = 0n;
  locked = 0n;
  /** Paid in all for others' work, fees included, and received in all for its own. */
  paid = 0n;
  received = 0n;
  burnedMill = 0n;
  owedMill = 0n;
  collectedMill = 0n;
  /** Credits that wait for a price: epoch by epoch. */
  readonly earned = new Map<bigint, bigint>();
  readonly requested = new Map<bigint, bigint>();

  get waiting(): bigint {
    return sum(this.earned.values()) + sum(this.requested.values());
  }
}

/** Stake of an account. */
class StakeAccount {
  active = 0n;
  bonded = 0n;
  slashed = 0n;
}

/** A lease. */
class LeaseAccount {
  locked = 0n;
  paid = 0n;
  refunded = 0n;
  returned = 0n;
  upSeconds = 0n;

  constructor(
    readonly buyer: string,
    readonly provider: string,
    readonly nodeId: bigint,
  ) {}
}

/** A figure from events, and what a contract says of the same. */
export interface Figure {
  readonly what: string;
  readonly told: bigint;
  readonly kept: bigint;
}

/** Thrown when the books do not close. */
export class BooksDifferError extends Error {
  readonly code = "BOOKS_DIFFER";

  constructor(readonly figures: readonly Figure[]) {
    const each = figures.map(({ what, told, kept }) => `${what}: events say ${told}, the chain says ${kept}`);
    super(`${figures.length} figures differ; ${each.join("; ")}`);
  }
}

/**
 * The protocol's accounts, rebuilt from nothing but the events of its contracts, as an explorer rebuilds them: there is
 * no other way in. `check` compares them with what the contracts keep, and totals with each other.
 */
export class EventBooks {
  readonly credits = new Map<string, CreditAccount>();
  readonly stakes = new Map<string, StakeAccount>();
  readonly leases = new Map<bigint, LeaseAccount>();
  readonly events: readonly WorldEvent[];
  genesis = 0n;
  supply = 0n;
  bank = 0n;
  owed = 0n;
  emitted = 0n;
  /** MILL burned for good: fees, surplus, slashes, holders' own. */
  burnedFees = 0n;
  burnedSurplus = 0n;
  burnedSlashes = 0n;
  burnedByHolders = 0n;
  fees = 0n;
  /** Credits that markets say were paid for something delivered. */
  delivered = 0n;

  private constructor(
    private readonly world: World,
    events: readonly WorldEvent[],
    private readonly approvals: string,
  ) {
    this.events = events;
    for (const event of events) this.#take(event);
  }

  /** @param isHeard - events that are left out are not: with any of them missing the books do not close */
  static async read(
    connection: Connection,
    world: World,
    isHeard: (event: WorldEvent) => boolean = () => true,
  ): Promise<EventBooks> {
    const latest = await connection.ethers.provider.getBlockNumber();
    const events = await new WorldEvents(connection, world).read(0, latest);
    return new EventBooks(world, events.filter(isHeard), await world.approvals.getAddress());
  }

  get outstanding(): bigint {
    return sum([...this.credits.values()].map(({ free, locked, waiting }) => free + locked + waiting));
  }

  get burnedForGood(): bigint {
    return this.burnedFees + this.burnedSurplus + this.burnedSlashes + this.burnedByHolders;
  }

  creditsOf(account: string): CreditAccount {
    return entry(this.credits, account, () => new CreditAccount());
  }

  stakeOf(account: string): StakeAccount {
    return entry(this.stakes, account, () => new StakeAccount());
  }

  /** All figures, each twice. @throws {BooksDifferError} unless they agree to the last unit */
  async check(): Promise<readonly Figure[]> {
    const { settlement, token, staking, leases } = this.world;
    const figures: Figure[] = [
      { what: "MILL in circulation", told: this.supply, kept: await token.totalSupply() },
      { what: "MILL in the bank", told: this.bank, kept: await settlement.bank() },
      { what: "MILL owed to those who redeemed", told: this.owed, kept: await settlement.owed() },
      { what: "MILL burned for good", told: this.burnedForGood, kept: await settlement.burnedForGood() },
      { what: "MILL emitted", told: this.emitted, kept: await settlement.emitted() },
      {
        what: "circulation + bank + owed + burned, and genesis + emitted",
        told: this.supply + this.bank + this.owed + this.burnedForGood,
        kept: this.genesis + this.emitted,
      },
      { what: "leases", told: BigInt(this.leases.size), kept: await leases.leaseCount() },
      { what: "credits outstanding", told: this.outstanding, kept: await settlement.outstanding() },
      {
        what: "credits paid by buyers, and for what markets saw delivered",
        told: sum([...this.credits.values()].map(({ paid }) => paid)),
        kept: this.delivered,
      },
      {
        what: "credits paid, and received and fees",
        told: sum([...this.credits.values()].map(({ paid }) => paid)),
        kept: sum([...this.credits.values()].map(({ received }) => received)) + this.fees,
      },
    ];
    for (const [account, { free, locked, owedMill }] of this.credits) {
      const kept = await settlement.accountOf(account);
      figures.push(
        { what: `free credits of ${account}`, told: free, kept: kept.free },
        { what: `locked credits of ${account}`, told: locked, kept: kept.locked },
        { what: `MILL owed to ${account}`, told: owedMill, kept: kept.owedMill },
      );
    }
    for (const [account, { active, bonded }] of this.stakes) {
      const kept = await staking.accountOf(account);
      figures.push(
        { what: `active stake of ${account}`, told: active, kept: kept.active },
        { what: `bonds of ${account}`, told: bonded, kept: kept.bonded },
      );
    }
    for (const [leaseId, { locked, paid, refunded, returned }] of this.leases) {
      const kept = await leases.leaseOf(leaseId);
      figures.push({
        what: `locked − paid − refunded − returned of lease ${leaseId}`,
        told: locked - paid - refunded - returned,
        kept: kept.locked,
      });
    }
    const wrong = figures.filter(({ told, kept }) => told !== kept);
    if (wrong.length > 0) throw new BooksDifferError(wrong);
    return figures;
  }

  #take(event: WorldEvent): void {
    this.#takeSupply(event);
    this.#takeCredits(event);
    this.#takeStake(event);
    this.#takeLease(event);
  }

  #takeSupply({ name, args }: WorldEvent): void {
    if (name === "Transfer" && args["from"] === ZeroAddress) {
      if (this.supply === 0n) this.genesis = args["value"] as bigint;
      this.supply += args["value"] as bigint;
    }
    if (name === "Transfer" && args["to"] === ZeroAddress) this.supply -= args["value"] as bigint;
    if (name === "Bought" || name === "OwedCredited") this.bank += args["mill"] as bigint;
    if (name === "BurnedByHolder") this.burnedByHolders += args["mill"] as bigint;
    if (name === "UnburnedDestroyed") this.burnedSlashes += args["mill"] as bigint;
    if (name === "Collected") this.owed -= args["mill"] as bigint;
    if (name === "Priced") {
      this.owed -= args["returned"] as bigint;
      this.bank += args["returned"] as bigint;
    }
    if (name !== "EpochClosed") return;
    const closing = args["closing"] as Readonly<Record<string, bigint>>;
    const of = (figure: string): bigint => closing[figure] ?? 0n;
    this.emitted += of("emitted");
    this.bank += of("topUp") - of("reserved") - of("feeBurn") - of("surplusBurn");
    this.owed += of("reserved");
    this.burnedFees += of("feeBurn");
    this.burnedSurplus += of("surplusBurn");
    if (of("rate") !== 0n) this.#price(args["epoch"] as bigint);
  }

  /** A close with a price takes all that waited since the last. */
  #price(epoch: bigint): void {
    for (const { earned, requested } of this.credits.values())
      for (const waiting of [earned, requested])
        for (const of of [...waiting.keys()]) if (of <= epoch) waiting.delete(of);
  }

  #takeCredits({ name, args }: WorldEvent): void {
    const credits = args["credits"] as bigint;
    const account = (): CreditAccount => this.creditsOf(args["buyer"] as string);
    if (name === "Bought") {
      account().free += credits;
      account().burnedMill += args["mill"] as bigint;
    }
    if (name === "OwedCredited") {
      account().free += credits;
      account().owedMill -= args["mill"] as bigint;
    }
    if (name === "OwedPaid") account().owedMill -= args["mill"] as bigint;
    if (name === "Compensated" && args["millToBuyer"] !== 0n) account().owedMill += args["millToBuyer"] as bigint;
    if (name === "Locked") this.#move(account(), credits);
    if (name === "Refunded") this.#move(account(), -credits);
    if (name === "Collected") this.creditsOf(args["account"] as string).collectedMill += args["mill"] as bigint;
    if (name === "RedemptionRequested") {
      account().free -= credits;
      add(account().requested, args["epoch"] as bigint, credits);
    }
    if (name !== "Paid") return;
    const [fee, provider] = [args["fee"] as bigint, this.creditsOf(args["provider"] as string)];
    account().locked -= credits;
    account().paid += credits;
    provider.received += credits - fee;
    add(provider.earned, args["epoch"] as bigint, credits - fee);
    this.fees += fee;
  }

  #move(account: CreditAccount, credits: bigint): void {
    account.free -= credits;
    account.locked += credits;
  }

  #takeStake({ name, args }: WorldEvent): void {
    if (typeof args["provider"] !== "string") return;
    const account = (): StakeAccount => this.stakeOf(args["provider"] as string);
    const mill = args["mill"] as bigint;
    if (name === "Staked" || name === "ThawCancelled") account().active += mill;
    if (name === "ThawStarted") account().active -= mill;
    if (name === "Bonded" || name === "Unbonded") {
      const signed = name === "Bonded" ? mill : -mill;
      account().active -= signed;
      account().bonded += signed;
    }
    if (name === "BondSlashed") {
      const taken = sum([args["toBuyer"], args["toReporter"], args["burned"]] as bigint[]);
      account().bonded -= taken;
      account().slashed += taken;
    }
    if (name === "StakeSlashed") {
      account().active -= args["fromActive"] as bigint;
      account().slashed += sum([args["fromActive"], args["fromThawing"], args["fromDelegated"]] as bigint[]);
    }
  }

  #takeLease({ name, args, target }: WorldEvent): void {
    if (name === "LeaseHired") {
      const lease = new LeaseAccount(args["buyer"] as string, args["provider"] as string, args["nodeId"] as bigint);
      lease.locked = (args["rate"] as bigint) * ((args["paidThrough"] as bigint) - (args["startAt"] as bigint));
      this.leases.set(args["leaseId"] as bigint, lease);
    }
    const lease = this.leases.get(args["leaseId"] as bigint);
    if (name === "LeaseToppedUp" && lease !== undefined) lease.locked += args["credits"] as bigint;
    if (name === "LeaseClosed" && lease !== undefined) {
      lease.refunded += args["refunded"] as bigint;
      lease.returned += args["returned"] as bigint;
    }
    if (name === "LeaseSettled" && lease !== undefined) {
      lease.paid += args["paid"] as bigint;
      lease.refunded += args["refunded"] as bigint;
      lease.upSeconds += args["upSeconds"] as bigint;
    }
    if (name === "LeaseSettled" || name === "SeatFreed") this.delivered += args["paid"] as bigint;
    if (name === "ChunkPaid") this.delivered += args["credits"] as bigint;
    // A film's end repeats what its chunks were paid.
    if (name === "TaskFinalized" && target !== this.approvals) this.delivered += args["paid"] as bigint;
  }
}

function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

function add(map: Map<bigint, bigint>, key: bigint, value: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + value);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
