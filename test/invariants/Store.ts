import { expect } from "chai";
import { type BaseContract, type Result, ZeroAddress } from "ethers";

import type { Connection } from "../support/deployMillrace.js";
import { WorldEvents } from "../support/worldEvents.js";
import { addTo } from "./addTo.js";

/** An event with the transaction that emitted it. */
export interface Told {
  readonly name: string;
  /** Its values that are numbers, accounts and structs: three views of one record. */
  readonly args: Readonly<Record<string, bigint>>;
  readonly accounts: Readonly<Record<string, string>>;
  readonly structs: Readonly<Record<string, Readonly<Record<string, bigint>>>>;
  readonly target: string;
  readonly block: number;
}

interface Credits {
  bought: bigint;
  collected: bigint;
  requestedShare: bigint;
  readonly earned: Map<bigint, bigint>;
  readonly requested: Map<bigint, { credits: bigint; share: bigint }>;
}

/** A lease as its events tell it. */
interface LeaseSums {
  locked: bigint;
  released: bigint;
  readonly feePpm: bigint;
}

/** A channel with the terms that its calls need, and what it still holds. */
export interface ChannelSums {
  readonly channelId: string;
  readonly channel: {
    readonly buyer: string;
    readonly provider: string;
    readonly feePpm: bigint;
    readonly noticeSeconds: bigint;
    readonly number: bigint;
  };
  locked: bigint;
}

const PPM = 1_000_000n;
const MAX_BURNED_PARTS = 5n;

/**
 * Sums that no contract keeps, rebuilt from events alone, and the promises that a single transaction's events can
 * break. What contracts keep is compared with it by the checks.
 */
export class Store {
  /** Last block whose events were looked at. */
  seenBlock = 0;
  /** Last block whose gas was looked at. */
  gasSeenBlock: number | undefined;
  /** Σ staked − withdrawn − slashed. */
  held = 0n;
  readonly leases = new Map<bigint, LeaseSums>();
  readonly channels = new Map<string, ChannelSums>();
  /** Rewards that came to staking and were not claimed. */
  rewards = 0n;
  /** Fees of tasks, by market and number. */
  readonly taskFees = new Map<string, bigint>();
  /** Fees of orders for leases. */
  readonly orderFees = new Map<bigint, bigint>();
  readonly credits = new Map<string, Credits>();
  /** Accounts and epochs that were set aside, each once. */
  readonly asides = new Map<string, { account: string; epoch: bigint }>();
  /** Every thaw that runs: when it said that it would be released. */
  readonly thaws = new Map<string, bigint>();
  nextEpoch = 0n;
  /** Epochs whose closes gave credits a price, oldest first. */
  readonly pricedCloses: bigint[] = [];
  /** MILL that UptimeRewards should hold: pots, less what left them. */
  pots = 0n;
  availability = 0n;
  /** What is left of each epoch's pots for its attestors and for cancelling. */
  readonly potLeft = new Map<bigint, { attestors: bigint; all: bigint }>();
  donatedToUptime = 0n;
  /** Bonds of checkers' seats: pledged, less released and lost. */
  seatBonds = 0n;
  /** MILL for checks: emitted and given, less paid and burned. */
  checksPot = 0n;
  /** Claims whose checkers were drawn, oldest first. */
  readonly drawn: bigint[] = [];
  /** Who vouched for what. */
  readonly #vouched = new Set<string>();
  /** Slashes since the last look, for checks that need the state before. */
  slashes: Told[] = [];
  maxGas = 0n;

  readonly #events: WorldEvents;
  readonly #uptime: string;
  readonly #checkPot: string;
  #hasGenesis = false;
  /** Fee fixed when the job whose payment comes next was opened. */
  #feePpm: bigint | undefined;
  /** MILL minted in this transaction, and what events of it account for. */
  #minted = 0n;
  #explained = 0n;

  constructor(
    private readonly connection: Connection,
    world: object,
    uptime: BaseContract,
    checkPot: BaseContract,
  ) {
    this.#events = new WorldEvents(connection, world);
    this.#uptime = uptime.target as string;
    this.#checkPot = checkPot.target as string;
  }

  /** Takes in everything that happened since the last time. */
  async catchUp(): Promise<void> {
    const latest = Number(await this.connection.provider.request({ method: "eth_blockNumber" }));
    if (latest <= this.seenBlock) return;
    const events = await this.#events.read(this.seenBlock + 1, latest);
    this.seenBlock = latest;
    this.slashes = [];
    let last = -1;
    for (const { name, args, target, block } of events) {
      if (block !== last) this.#endTransaction();
      last = block;
      this.#apply({ ...valuesOf(args), name, target, block });
    }
    this.#endTransaction();
  }

  creditsOf(account: string): Credits {
    const found = this.credits.get(account);
    if (found !== undefined) return found;
    const none = { bought: 0n, collected: 0n, requestedShare: 0n, earned: new Map(), requested: new Map() };
    this.credits.set(account, none);
    return none;
  }

  /** I8: what is minted is an emission of a close, or a redemption that was collected, and nothing else. */
  #endTransaction(): void {
    expect(this.#minted, "I8").to.equal(this.#explained);
    this.#minted = 0n;
    this.#explained = 0n;
    this.#feePpm = undefined;
  }

  #apply(told: Told): void {
    this.#applyStaking(told);
    this.#applySettlement(told);
    this.#applyMarkets(told);
    this.#applyChannels(told);
    this.#applyUptime(told);
    this.#applyChecks(told);
  }

  #applyStaking(told: Told): void {
    const { name, args, accounts } = told;
    if (name === "Staked") this.held += args.mill;
    if (name === "Withdrawn") this.held -= args.mill;
    if (name === "Delegated") this.held += args.mill;
    if (name === "DelegationWithdrawn") this.held -= args.mill;
    if (name === "Rewarded") this.#reward(args.toProvider + args.toDelegators);
    if (name === "RewardsClaimed") this.#reward(-args.mill);
    if (name === "ThawStarted") this.thaws.set(`${accounts.provider} ${args.thawId.toString()}`, args.releaseAt);
    if (name === "BondSlashed") {
      const taken = args.toBuyer + args.toReporter + args.burned;
      expect(args.burned * MAX_BURNED_PARTS, "I5").to.be.at.least(taken);
      this.held -= taken;
      this.slashes.push(told);
    }
    if (name === "StakeSlashed") {
      const taken = args.fromActive + args.fromThawing + args.fromDelegated;
      expect(args.burned * MAX_BURNED_PARTS, "I5").to.be.at.least(taken);
      expect(args.toReporter + args.burned, "I5").to.be.at.most(taken);
      // What delegators lose goes to nobody.
      expect(args.burned, "I5").to.be.at.least(args.fromDelegated);
      this.held -= taken;
      this.slashes.push(told);
    }
  }

  #reward(mill: bigint): void {
    this.rewards += mill;
    this.held += mill;
  }

  #applySettlement({ name, args, accounts, structs }: Told): void {
    if (name === "Bought" || name === "OwedCredited") this.creditsOf(accounts.buyer).bought += args.mill;
    if (name === "Paid") {
      expect(accounts.provider, "I3").to.not.equal(accounts.buyer);
      addTo(this.creditsOf(accounts.provider).earned, args.epoch, args.credits - args.fee);
      // The fee of a job is the one that stood when it was opened, whatever governance has done since.
      if (this.#feePpm !== undefined) {
        expect(args.fee, "I10").to.equal((args.credits * this.#feePpm + PPM - 1n) / PPM);
      }
      this.#feePpm = undefined;
    }
    if (name === "RedemptionRequested") {
      const credits = this.creditsOf(accounts.buyer);
      const before = credits.requested.get(args.epoch) ?? { credits: 0n, share: 0n };
      credits.requested.set(args.epoch, {
        credits: before.credits + args.credits,
        share: before.share + args.burnedShare,
      });
      credits.requestedShare += args.burnedShare;
      expect(credits.requestedShare, "I3").to.be.at.most(credits.bought);
    }
    if (name === "SetAside") {
      const { account } = accounts;
      this.asides.set(`${account} ${args.epoch.toString()}`, { account, epoch: args.epoch });
    }
    if (name === "Collected") {
      this.creditsOf(accounts.account).collected += args.mill;
      this.#explained += args.mill;
    }
    if (name === "EpochClosed") this.#closed(args.epoch, structs.closing);
    if (name === "Transfer" && accounts.from === ZeroAddress) {
      this.#minted += args.value;
      if (!this.#hasGenesis) this.#explained += args.value;
      this.#hasGenesis = true;
    }
  }

  #closed(epoch: bigint, closing: Told["args"]): void {
    const { availability, attestors, checks, ecosystem, emitted, topUp } = closing;
    const paidOut = availability + attestors + checks + ecosystem;
    expect(epoch, "I8").to.equal(this.nextEpoch);
    expect(paidOut + topUp, "I8").to.be.at.most(emitted);
    this.nextEpoch += 1n;
    if (closing.rate !== 0n) this.pricedCloses.push(epoch);
    this.pots += availability + attestors;
    this.checksPot += checks;
    this.availability += availability;
    this.potLeft.set(epoch, { attestors, all: availability + attestors });
    this.#explained += paidOut;
  }

  #applyMarkets({ name, args, structs, target }: Told): void {
    if (name === "LeaseHired") {
      const locked = args.rate * (args.paidThrough - args.startAt);
      this.leases.set(args.leaseId, { locked, released: 0n, feePpm: args.feePpm });
    }
    if (name === "LeaseToppedUp") this.#leaseOf(args.leaseId).locked += args.credits;
    if (name === "LeaseSettled") {
      const lease = this.#leaseOf(args.leaseId);
      lease.released += args.paid + args.refunded;
      if (args.paid !== 0n) this.#feePpm = lease.feePpm;
    }
    if (name === "OrderOpened") this.orderFees.set(args.orderId, structs.order.feePpm);
    if (name === "SeatFreed" && args.paid !== 0n) this.#feePpm = this.orderFees.get(args.orderId);
    if (name === "LeaseClosed") this.#leaseOf(args.leaseId).released += args.refunded + args.returned;
    if (name === "TaskOpened") this.taskFees.set(`${target} ${args.taskId.toString()}`, structs.snapshot.feePpm);
    if (name === "TaskFinalized" || name === "ChunkPaid")
      this.#feePpm = this.taskFees.get(`${target} ${args.taskId.toString()}`);
  }

  #applyChannels({ name, args, accounts, structs }: Told): void {
    const { channelId } = accounts;
    if (name === "ChannelOpened") {
      const { buyer, provider, feePpm, noticeSeconds, number } = structs.channel as unknown as ChannelSums["channel"];
      const channel = { buyer, provider, feePpm, noticeSeconds, number };
      this.channels.set(channelId, { channelId, channel, locked: args.credits });
    }
    const sums = this.channels.get(channelId);
    if (sums === undefined) return;
    if (name === "ChannelToppedUp") sums.locked += args.credits;
    if (name === "VoucherRedeemed") {
      sums.locked -= args.paid;
      if (args.paid !== 0n) this.#feePpm = sums.channel.feePpm;
    }
    if (name === "ChannelClosed") {
      expect(args.refunded, "I9").to.equal(sums.locked);
      sums.locked = 0n;
    }
  }

  #applyUptime({ name, args, accounts, target }: Told): void {
    if (target === this.#uptime && ["RewardsCollected", "AttestorPaid", "PotCancelled"].includes(name)) {
      this.pots -= args.mill;
    }
    const left = this.potLeft.get(args.epoch);
    if (left !== undefined && (name === "AttestorPaid" || name === "PotCancelled")) {
      left.all -= args.mill;
      if (name === "AttestorPaid") left.attestors -= args.mill;
      expect(left.all >= 0n && left.attestors >= 0n, "I8").to.equal(true);
    }
    if (name === "Transfer" && accounts.to === this.#uptime && accounts.from !== ZeroAddress) {
      this.donatedToUptime += args.value;
    }
  }

  #applyChecks({ name, args, accounts }: Told): void {
    const who = `${args.claimId?.toString()} ${accounts.account}`;
    if (name === "SeatTaken" && args.mill !== undefined) this.seatBonds += args.mill;
    if (name === "SeatReleased") this.seatBonds -= args.mill;
    if (name === "CheckDrawn") this.drawn.push(args.claimId);
    if (name === "ClaimVouched") this.#vouched.add(who);
    if (name === "CheckMissed" || name === "VoucherConvicted") this.seatBonds -= args.mill;
    // Nobody is charged who vouched, and nobody paid who did not.
    if (name === "CheckMissed") expect(this.#vouched.has(who), "I5").to.equal(false);
    if (name === "CheckerPaid") expect(this.#vouched.has(who), "I8").to.equal(true);
    if (name === "PotPaid" || name === "SurplusBurned") this.checksPot -= args.mill;
    const isGift = name === "Transfer" && accounts.to === this.#checkPot && accounts.from !== ZeroAddress;
    if (isGift) this.checksPot += args.value;
  }

  #leaseOf(leaseId: bigint): LeaseSums {
    const lease = this.leases.get(leaseId);
    if (lease === undefined) throw new Error(`no event told of lease ${leaseId.toString()}`);
    return lease;
  }
}

function valuesOf(args: Result): Pick<Told, "args" | "accounts" | "structs"> {
  const record = args as unknown;
  return { args: record as Told["args"], accounts: record as Told["accounts"], structs: record as Told["structs"] };
}
