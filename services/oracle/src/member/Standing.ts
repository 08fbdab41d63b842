import { formatEther, ZeroHash, type Provider } from "ethers";

import type { Contracts, Logger } from "@millrace/sdk";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { Metrics } from "../Metrics.js";

/** How often it is looked up, and how often while the account has too little. */
const [LOOK_MS, SHORT_LOOK_MS] = [60_000, 5_000];
/** More gas than any report has used. */
const REPORT_GAS = 400_000n;
/** The contract's MISSED_REPORTS: who signed none of so many can be ejected. */
const MISSED_REPORTS = 7;
/** Final reports in a row without its signature that are worth a word: one is lost to a restart. */
const MANY_UNSIGNED = 2;

/** What a standing is looked up with. */
export interface StandingParts {
  readonly attestor: string;
  readonly contracts: Pick<Contracts, "uptime">;
  readonly provider: Pick<Provider, "getBalance" | "getFeeData">;
  readonly facts: Pick<ChainFacts, "finalAt" | "newestReport" | "setOf">;
  readonly metrics: Pick<Metrics, "affordableReports" | "balanceWei" | "seat" | "unsignedReports">;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/** What this member is to the chain, and what ends it if nobody looks: its gas, its seat, its signatures. */
export class Standing {
  private lookedAtMs = -Infinity;
  /** What the account has, when that is too little for a report. */
  private tooLittle: bigint | undefined;
  private unsigned = 0;
  private seat = "";

  constructor(private readonly parts: StandingParts) {}

  /** What keeps this member from its work, one sentence each. */
  get problems(): string[] {
    if (this.tooLittle === undefined) return [];
    return [`The account has ${formatEther(this.tooLittle)} for gas, too little for a report: send it some.`];
  }

  /** What an operator should know though the work goes on, one sentence each. */
  get warnings(): string[] {
    const unsigned = `The newest ${this.unsigned} final reports lack its signature; after ${MISSED_REPORTS} anybody may take its seat.`;
    return [...(this.unsigned < MANY_UNSIGNED ? [] : [unsigned]), ...(this.seat === "" ? [] : [this.seat])];
  }

  /** Looks it up, if that is long ago. */
  async look(epoch: number): Promise<void> {
    const { nowMs = () => performance.now() } = this.parts;
    if (nowMs() - this.lookedAtMs < (this.tooLittle === undefined ? LOOK_MS : SHORT_LOOK_MS)) return;
    await Promise.all([this.lookAtBalance(), this.lookAtSeat(epoch), this.lookAtReports()]);
    this.lookedAtMs = nowMs();
  }

  private async lookAtBalance(): Promise<void> {
    const { provider, attestor, metrics, logger } = this.parts;
    const [balance, { gasPrice }] = await Promise.all([provider.getBalance(attestor), provider.getFeeData()]);
    const isShort = this.tooLittle !== undefined;
    const cost = REPORT_GAS * (gasPrice ?? 1n);
    // Some chains take nothing for gas.
    const affordable = cost === 0n ? Infinity : Number(balance / cost);
    metrics.balanceWei.set(Number(balance));
    metrics.affordableReports.set(affordable);
    this.tooLittle = affordable === 0 ? balance : undefined;
    const about = { balance: formatEther(balance) };
    if (affordable === 0 && !isShort) logger.error(about, "too little on the account to pay for a report");
    if (affordable > 0 && isShort) logger.info(about, "the account can pay for reports again");
  }

  private async lookAtSeat(epoch: number): Promise<void> {
    const { attestor, facts, metrics, logger } = this.parts;
    const sets = await Promise.all([facts.setOf(epoch), facts.setOf(epoch + 1)]);
    const [hasSeat = false, keepsSeat = false] = sets.map(({ seats }) => seats.includes(attestor));
    metrics.seat.set(keepsSeat ? 1 : 0);
    const said = this.seat;
    this.seat = seatWarning(epoch, hasSeat, keepsSeat);
    if (this.seat !== said && this.seat !== "") logger.warn({ epoch }, this.seat);
  }

  private async lookAtReports(): Promise<void> {
    const { metrics, logger } = this.parts;
    const before = this.unsigned;
    this.unsigned = await this.countUnsigned();
    metrics.unsignedReports.set(this.unsigned);
    if (this.unsigned > before) logger.warn({ unsigned: this.unsigned }, "final reports lack this member's signature");
  }

  /** Final reports in a row, the newest first, that lack its signature, as the contract's `eject` counts them. */
  private async countUnsigned(): Promise<number> {
    const { attestor, contracts, facts } = this.parts;
    const [now, newest] = await Promise.all([facts.finalAt(), facts.newestReport()]);
    if (newest.reportHash === ZeroHash) return 0;
    let { epoch } = newest;
    let missed = 0;
    while (missed < MISSED_REPORTS) {
      const { signers, finalAt, previousEpoch } = await contracts.uptime.reportOf(epoch);
      const seat = (await facts.setOf(epoch)).seats.indexOf(attestor);
      const isFinal = now >= Number(finalAt);
      if (seat < 0 || ((signers >> BigInt(seat)) & 1n) === 1n) return isFinal ? missed : 0;
      if (isFinal) missed++;
      // The first report of all.
      if (Number(previousEpoch) === epoch) break;
      epoch = Number(previousEpoch);
    }
    return missed;
  }
}

/** What is to be said of a seat, nothing if it goes on. */
function seatWarning(epoch: number, hasSeat: boolean, keepsSeat: boolean): string {
  if (keepsSeat) return "";
  if (!hasSeat) return "The key has no seat: nothing is signed for new epochs.";
  return `The key has no seat after epoch ${epoch}: run on until what it signed is beyond challenge.`;
}
