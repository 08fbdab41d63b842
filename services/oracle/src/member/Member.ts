import { getAddress, ZeroHash } from "ethers";

import type { Logger } from "@millrace/sdk";
import {
  decodeDataFile,
  lockTypes,
  observationRoot,
  proposalTypes,
  reportTypes,
  signerOf,
  voteTypes,
} from "@millrace/uptime-tree/format";

import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS, MAX_LATE_EPOCHS } from "../horizon.js";
import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ChainWatch } from "../chain/ChainWatch.js";
import type { Bound, Commit, Lock, Locked, Proposal, Signed } from "../http/schemas.js";
import { ContradictionError } from "../store/ContradictionError.js";
import type { Store } from "../store/Store.js";
import type { Metrics } from "../Metrics.js";
import type { Assembler } from "./Assembler.js";
import type { Guard } from "./Guard.js";
import type { Identity } from "./Identity.js";
import type { ObservationReference, Observer } from "./Observer.js";
import type { ReportHistory } from "./ReportHistory.js";
import type { Schedule } from "./Schedule.js";

/** Proposals of a round that are looked at: one, and one more of a leader that was started again in between. */
const MAX_PROPOSALS = 2;

/** What a member works with. */
export interface MemberParts {
  readonly identity: Identity;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly facts: ChainFacts;
  readonly schedule: Schedule;
  readonly observer: Observer;
  readonly assembler: Assembler;
  readonly history: ReportHistory;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * A member's part in agreeing on a report, in three steps, as a signature under a report can be given once and never
 * taken back:
 *  1. *vote* — at most one a round, for a proposal that this member gets the same report from;
 *  2. *lock* — shown votes of a quorum, it votes for nothing else, unless it is shown votes of a quorum of a later round;
 *  3. *commit* — shown locks of a quorum, it signs the report. No other one can have votes of a quorum after that: of any
 *     quorum an honest member is locked. So no leader can have some sign one report and some another, of which neither
 *     would ever have enough.
 */
export class Member {
  constructor(private readonly parts: MemberParts) {}

  /** Observations of reports to which this member was locked, by epoch and hash. */
  private readonly references = new EpochMap(KEPT_EPOCHS, () => new Map<string, ObservationReference[]>());

  /** What leaders have proposed, by epoch and round. */
  private readonly proposals = new EpochMap(KEPT_EPOCHS, () => new Map<number, Set<string>>());

  /** Votes for a leader's proposal. @throws OracleError */
  async vote(proposal: Proposal): Promise<Signed> {
    const { epoch, round, reportHash } = proposal;
    this.checkKey();
    await this.checkRound(epoch, round);
    // What costs a signature to check comes after what costs nothing: strangers send proposals too.
    await this.checkReportable(epoch);
    this.checkNotOver(epoch, round);
    await this.checkLeader(proposal);
    this.checkProposals(proposal);
    await this.checkTurn(epoch);

    const assembled = await this.parts.assembler.assemble(epoch, proposal.observations);
    if (assembled.reportHash !== reportHash) {
      throw new OracleError("DIFFERENT_REPORT", `the report of these observations is ${assembled.reportHash} here`);
    }
    await this.checkEarlier(proposal);
    // Nothing is waited for from here on: a lock that came meanwhile counts.
    this.checkMayVote(proposal, assembled.built.report.previousReport);
    const signature = await this.once(() =>
      this.parts.store.statements.signOnce("vote", epoch, String(round), reportHash, () =>
        this.parts.identity.signer.signTypedData(this.parts.identity.domain, voteTypes, { epoch, round, reportHash }),
      ),
    );
    this.parts.metrics.statements.inc({ kind: "vote" });
    this.parts.logger.info({ epoch, round, reportHash }, "voted");
    return { attestor: this.parts.identity.attestor, signature };
  }

  /** Locks itself to a report for which a quorum has voted. @throws OracleError */
  async lock({ votes, ...content }: Lock): Promise<Signed> {
    const { store, identity, history } = this.parts;
    const { epoch, round, reportHash } = content;
    await this.checkProposed(content);
    this.checkNotOver(epoch, round);
    // Whoever has a quorum's votes, and anybody can have them, has them checked once.
    const given = store.statements.signed("lock", epoch, String(round));
    if (given?.hash === reportHash) return { attestor: identity.attestor, signature: given.signature };
    // Late, as it costs most: anybody can send what only looks like votes.
    await this.checkQuorum(voteTypes, content, votes);
    const { previousReport } = (await history.byHash(reportHash)).report;
    // Nothing is waited for from here on: a vote of a later round that was given meanwhile counts.
    this.checkNotOver(epoch, round);
    this.checkUnsigned(epoch, previousReport, reportHash);
    const signature = await this.once(() =>
      store.statements.signOnce("lock", epoch, String(round), reportHash, () => {
        // On the disk before anybody can rely on it.
        store.statements.putLock(epoch, previousReport, { round, reportHash, votes });
        return identity.signer.signTypedData(identity.domain, lockTypes, content);
      }),
    );
    this.parts.metrics.statements.inc({ kind: "lock" });
    this.parts.logger.info(content, "locked");
    return { attestor: identity.attestor, signature };
  }

  /** Signs a report to which a quorum is locked. @throws OracleError */
  async commit({ locks, ...content }: Commit): Promise<Signed> {
    const { epoch, round, reportHash } = content;
    await this.checkProposed(content);
    // What was signed is given again without asking why; on which report it builds need not be known for that.
    const given = this.parts.store.statements.signedFor("report", epoch, reportHash);
    if (given !== undefined) return { attestor: this.parts.identity.attestor, signature: given.signature };
    await this.checkQuorum(lockTypes, content, locks);
    // After that: an old report is built anew, and anybody can name one.
    const { report } = await this.parts.history.byHash(reportHash);
    const signature = await this.once(() =>
      this.parts.store.statements.signOnce("report", epoch, report.previousReport, reportHash, () =>
        this.parts.identity.signer.signTypedData(this.parts.identity.domain, reportTypes, report),
      ),
    );
    this.parts.metrics.statements.inc({ kind: "report" });
    this.parts.logger.info({ epoch, round, reportHash }, "report signed");
    return { attestor: this.parts.identity.attestor, signature };
  }

  /** The report that this member signed on top of the newest one. @throws OracleError NOT_FOUND */
  async bound(epoch: number): Promise<Bound> {
    const { reportHash: previousReport } = await this.parts.facts.newestReport();
    const statement = this.parts.store.statements.made("report", epoch, previousReport);
    if (statement === undefined || !this.parts.store.reports.has(statement.hash)) {
      throw new OracleError("NOT_FOUND", `no report of epoch ${epoch} was signed here`);
    }
    const { report } = await this.parts.history.byHash(statement.hash);
    const { attestor } = this.parts.identity;
    return { attestor, reportHash: statement.hash, report, signature: statement.signature };
  }

  /** The report to which this member is locked, on top of the newest one. @throws OracleError NOT_FOUND */
  async locked(epoch: number): Promise<Locked> {
    const { reportHash: previousReport } = await this.parts.facts.newestReport();
    const lock = this.parts.store.statements.lock(epoch, previousReport);
    if (lock === undefined) throw new OracleError("NOT_FOUND", `locked to no report of epoch ${epoch}`);
    const { round, reportHash, votes } = lock;
    const { bytes } = await this.parts.history.byHash(reportHash);
    return { epoch, round, reportHash, votes: [...votes], observations: this.referencesOf(epoch, reportHash, bytes) };
  }

  /** The observations in a data file by their roots: with many nodes a second of work, that anybody may ask for. */
  private referencesOf(epoch: number, reportHash: string, bytes: Uint8Array): ObservationReference[] {
    const known = this.references.of(epoch);
    const found =
      known.get(reportHash) ??
      decodeDataFile(bytes).observations.map((observation) => {
        const { attestor, signature } = observation;
        return { attestor, root: observationRoot(observation), signature };
      });
    known.set(reportHash, found);
    return found;
  }

  /**
   * Whether the turn has come to an epoch. Reports only go forward, so one that jumps over an epoch that could be
   * reported would cost that epoch its pot.
   */
  async isTurnOf(epoch: number): Promise<boolean> {
    const newest = await this.parts.facts.newestReport();
    const first = newest.reportHash === ZeroHash ? 0 : newest.epoch + 1;
    for (let earlier = Math.max(first, epoch - MAX_LATE_EPOCHS); earlier < epoch; earlier++) {
      const { quorum, seats } = await this.parts.facts.setOf(earlier);
      if (seats.length === 0 || (await this.parts.facts.statusOf(earlier)) !== "none") continue;
      if (this.nowAt() >= (await this.parts.facts.reportDeadline(earlier))) continue;
      if ((await this.parts.observer.known(earlier)).length >= quorum) return false;
    }
    return true;
  }

  /** What locks and signatures are asked for must have been proposed here, and be of use. */
  private async checkProposed({
    epoch,
    round,
    reportHash,
  }: Pick<Lock, "epoch" | "reportHash" | "round">): Promise<void> {
    this.checkKey();
    await this.checkRound(epoch, round);
    if (!this.parts.store.reports.has(reportHash)) {
      throw new OracleError("NOT_FOUND", `report ${reportHash} was not proposed here`);
    }
    await this.checkReportable(epoch);
  }

  /** A signature is given once. */
  private checkUnsigned(epoch: number, previousReport: string, reportHash: string): void {
    const bound = this.parts.store.statements.made("report", epoch, previousReport);
    if (bound !== undefined && bound.hash !== reportHash) {
      throw new OracleError("BOUND", `this member signed ${bound.hash}`);
    }
  }

  /** A leader claims earlier votes of a quorum only with the votes. */
  private async checkEarlier({ epoch, reportHash, earlier }: Proposal): Promise<void> {
    if (earlier === undefined) return;
    await this.checkQuorum(voteTypes, { epoch, round: earlier.round, reportHash }, earlier.votes);
  }

  /** A member that is locked votes for another report only if a quorum has voted for that one since. */
  private checkMayVote({ epoch, round, reportHash, earlier }: Proposal, previousReport: string): void {
    this.checkNotOver(epoch, round);
    this.checkUnsigned(epoch, previousReport, reportHash);
    const lock = this.parts.store.statements.lock(epoch, previousReport);
    if (lock === undefined || lock.reportHash === reportHash) return;
    if (earlier === undefined || earlier.round <= lock.round || earlier.round >= round) {
      throw new OracleError("BOUND", `this member is locked to ${lock.reportHash} since round ${lock.round}`);
    }
  }

  /** Whoever has voted or locked itself in a later round has left this one. */
  private checkNotOver(epoch: number, round: number): void {
    if (round < this.parts.store.statements.lastRound(epoch))
      throw new OracleError("STALE_ROUND", `round ${round} is over`);
  }

  /** A key that somebody else uses too signs nothing more. */
  private checkKey(): void {
    const reason = this.parts.guard.reasonToStop;
    if (reason !== undefined) throw new OracleError("BOUND", reason);
  }

  /** A leader has one report to propose; each one more costs a report that is built, and kept. */
  private checkProposals({ epoch, round, reportHash }: Proposal): void {
    const ofEpoch = this.proposals.of(epoch);
    const ofRound = ofEpoch.get(round) ?? new Set<string>();
    ofEpoch.set(round, ofRound);
    if (!ofRound.has(reportHash) && ofRound.size >= MAX_PROPOSALS) {
      throw new OracleError("TOO_MANY_REQUESTS", `round ${round} has had ${ofRound.size} proposals`);
    }
    ofRound.add(reportHash);
  }

  /** A report that can no longer be posted is not worth a signature. */
  private async checkReportable(epoch: number): Promise<void> {
    const [status, newest] = await Promise.all([this.parts.facts.statusOf(epoch), this.parts.facts.newestReport()]);
    const isAfter = newest.reportHash === ZeroHash || epoch > newest.epoch;
    if (status !== "none" || !isAfter) throw new OracleError("STALE_ROUND", `epoch ${epoch} takes no report`);
  }

  private async checkTurn(epoch: number): Promise<void> {
    if (await this.isTurnOf(epoch)) return;
    throw new OracleError("BEHIND", `an epoch before ${epoch} is to be reported first`);
  }

  private async checkRound(epoch: number, round: number): Promise<void> {
    await this.parts.watch.poll();
    if ((await this.parts.facts.closedAt(epoch)) === undefined) {
      throw new OracleError("EPOCH_NOT_CLOSED", `epoch ${epoch} is not closed`);
    }
    const { seats } = await this.parts.facts.setOf(epoch);
    if (!seats.includes(this.parts.identity.attestor))
      throw new OracleError("NOT_MEMBER", `not a member in epoch ${epoch}`);
    // A block's difference is normal; a round far ahead would let one leader use up everybody's votes.
    if (round > this.parts.schedule.roundAt(epoch, this.nowAt()) + 1) {
      throw new OracleError("STALE_ROUND", `round ${round} has not begun`);
    }
  }

  private async checkLeader({ epoch, round, reportHash, signature }: Proposal): Promise<void> {
    const { seats } = await this.parts.facts.setOf(epoch);
    const signer = signerOf(this.parts.identity.domain, proposalTypes, { epoch, round, reportHash }, signature);
    if (signer !== this.parts.schedule.leaderOf(seats, epoch, round)) {
      throw new OracleError("NOT_LEADER", `${String(signer)} does not lead round ${round} of epoch ${epoch}`);
    }
  }

  /** Votes, or locks, of a quorum. */
  private async checkQuorum(
    types: typeof voteTypes,
    content: Pick<Lock, "epoch" | "reportHash" | "round">,
    given: readonly Signed[],
  ): Promise<void> {
    const { seats, quorum } = await this.parts.facts.setOf(content.epoch);
    const signers = new Set<string>();
    for (const { attestor, signature } of given) {
      const named = getAddress(attestor.toLowerCase());
      if (signers.has(named) || !seats.includes(named)) continue;
      // A leader has checked them: one that is wrong is no leader's.
      if (signerOf(this.parts.identity.domain, types, content, signature) !== named) {
        throw new OracleError("BAD_SIGNATURE", `${named} has not signed this for ${content.reportHash}`);
      }
      signers.add(named);
    }
    if (signers.size < quorum) throw new OracleError("NO_QUORUM", `${signers.size} of a quorum of ${quorum}`);
  }

  /** Chain time as seen here. */
  private nowAt(): number {
    return this.parts.watch.latest?.timestamp ?? 0;
  }

  private async once(sign: () => Promise<string>): Promise<string> {
    try {
      return await sign();
    } catch (error) {
      if (error instanceof ContradictionError) throw new OracleError("BOUND", error.message, { cause: error });
      throw error;
    }
  }
}
