import { getAddress, Signature, type TypedDataDomain } from "ethers";

import { decodeError, type Contracts, type Logger, type TransactionSender } from "@millrace/sdk";
import {
  hashReport,
  lockTypes,
  proposalTypes,
  reportTypes,
  signerOf,
  voteTypes,
  type Report,
} from "@millrace/uptime-tree/format";

import type { ChainFacts, SetOfEpoch } from "../chain/ChainFacts.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Commit, Lock, Proposal, Signed } from "../http/schemas.js";
import type { Metrics } from "../Metrics.js";
import type { Assembler } from "./Assembler.js";
import type { Guard } from "./Guard.js";
import type { Identity } from "./Identity.js";
import type { Member } from "./Member.js";
import type { ObservationReference, Observer } from "./Observer.js";
import type { Peers } from "./Peers.js";

/** What a leader works with. */
export interface LeaderParts {
  readonly identity: Identity;
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly facts: ChainFacts;
  readonly observer: Observer;
  readonly assembler: Assembler;
  readonly guard: Guard;
  readonly member: Member;
  readonly peers: Peers;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What a leader proposes. */
interface Choice {
  readonly observations: readonly ObservationReference[];
  readonly earlier?: NonNullable<Proposal["earlier"]>;
}

/** What the leader of a round does: propose, collect votes, locks and signatures, send. */
export class Leader {
  /** What was proposed so far, by epoch and round: a round has one proposal, also when it is tried again. */
  private readonly proposed = new EpochMap(KEPT_EPOCHS, () => new Map<number, Choice>());

  constructor(private readonly parts: LeaderParts) {}

  /** Leads a round; says whether a report was sent. Trying again within the round changes nothing for the members. */
  async lead(epoch: number, round: number): Promise<boolean> {
    const { logger, facts, assembler } = this.parts;
    const set = await facts.setOf(epoch);
    const choice = await this.choose(epoch, round, set);
    if (choice === undefined) return false;
    const { reportHash, built } = await assembler.assemble(epoch, choice.observations);
    const { report } = built;
    const content = { epoch, round, reportHash };
    const votes = await this.collectVotes(set, { ...content, ...choice, observations: [...choice.observations] });
    if (votes.length < set.quorum) {
      logger.warn({ ...content, votes: votes.length, quorum: set.quorum }, "too few votes");
      return false;
    }
    const locks = await this.collectLocks(set, { ...content, votes });
    if (locks.length < set.quorum) {
      logger.warn({ ...content, locks: locks.length, quorum: set.quorum }, "too few locks");
      return false;
    }
    const signatures = await this.collectSignatures(set, report, { ...content, locks });
    if (signatures.size < set.quorum) {
      logger.warn({ ...content, signatures: signatures.size }, "too few signatures");
      return false;
    }
    return await this.send(set, report, signatures);
  }

  /** What a quorum has voted for last, as a member may be locked to it. Otherwise all observations that there are. */
  private async choose(epoch: number, round: number, set: SetOfEpoch): Promise<Choice | undefined> {
    const before = this.proposed.of(epoch).get(round);
    if (before !== undefined) return before;
    const [voted] = await Promise.all([this.lastVoted(epoch, set), this.compareSigned(epoch, set)]);
    const known = await this.parts.observer.preferred(epoch);
    const chosen = voted ?? {
      observations: known.map(({ attestor, root, signature }) => ({ attestor, root, signature })),
    };
    if (chosen.observations.length < set.quorum) return undefined;
    this.proposed.of(epoch).set(round, chosen);
    return chosen;
  }

  /**
   * What members say that they are locked to counts with the votes of a quorum alone, and if the set of observations
   * really gives the report: nobody is led astray by a claim.
   */
  private async lastVoted(epoch: number, set: SetOfEpoch): Promise<Choice | undefined> {
    const { peers, member, assembler } = this.parts;
    const own = await member.locked(epoch).catch(() => undefined);
    const theirs = await peers.ask("lock", (client) => client.locked(epoch));
    const claims = own === undefined ? theirs : [own, ...theirs];
    for (const { round, reportHash, votes, observations } of claims.sort((a, b) => b.round - a.round)) {
      const content = { epoch, round, reportHash };
      const valid = this.valid(set, votes, (given) => signerOf(this.domain, voteTypes, content, given));
      if (valid.length < set.quorum) continue;
      const assembled = await assembler.assemble(epoch, observations).catch(() => undefined);
      if (assembled?.reportHash === reportHash) return { observations, earlier: { round, votes: valid } };
    }
    return undefined;
  }

  /** Shows the guard what the others have signed: two reports of one attestor convict it. */
  private async compareSigned(epoch: number, { seats }: SetOfEpoch): Promise<void> {
    for (const claim of await this.parts.peers.ask("round", (client) => client.bound(epoch))) {
      const { report, reportHash, signature } = claim;
      const signer = signerOf(this.domain, reportTypes, report, signature);
      if (signer === undefined || !seats.includes(signer)) continue;
      if (hashReport(report) !== reportHash || report.epoch !== epoch) continue;
      this.parts.guard.onReport({ attestor: signer, report, reportHash, signature });
    }
  }

  private async collectVotes(set: SetOfEpoch, unsigned: Omit<Proposal, "signature">): Promise<Signed[]> {
    const { epoch, round, reportHash } = unsigned;
    const content = { epoch, round, reportHash };
    const signature = await this.parts.identity.signer.signTypedData(this.domain, proposalTypes, content);
    const proposal: Proposal = { ...unsigned, signature };
    this.parts.logger.info({ ...content, observations: proposal.observations.length }, "proposing");
    const answers = await Promise.all([
      this.own(() => this.parts.member.vote(proposal)),
      this.parts.peers.ask("vote", (client) => client.propose(proposal)),
    ]);
    return this.valid(set, answers.flat(), (given) => signerOf(this.domain, voteTypes, content, given));
  }

  private async collectLocks(set: SetOfEpoch, lock: Lock): Promise<Signed[]> {
    const { epoch, round, reportHash } = lock;
    const answers = await Promise.all([
      this.own(() => this.parts.member.lock(lock)),
      this.parts.peers.ask("lock", (client) => client.lock(lock)),
    ]);
    return this.valid(set, answers.flat(), (given) =>
      signerOf(this.domain, lockTypes, { epoch, round, reportHash }, given),
    );
  }

  private async collectSignatures(set: SetOfEpoch, report: Report, commit: Commit): Promise<Map<string, string>> {
    const answers = await Promise.all([
      this.own(() => this.parts.member.commit(commit)),
      this.parts.peers.ask("signature", (client) => client.commit(commit)),
    ]);
    const valid = this.valid(set, answers.flat(), (given) => signerOf(this.domain, reportTypes, report, given));
    return new Map(valid.map(({ attestor, signature }) => [attestor, signature]));
  }

  private async send(set: SetOfEpoch, report: Report, signatures: ReadonlyMap<string, string>): Promise<boolean> {
    const { epoch } = report;
    const { bitmap, packed } = packSignatures(set.seats, signatures);
    try {
      const receipt = await this.parts.sender.send(
        () => this.parts.contracts.uptime.submitReport.populateTransaction(report, bitmap, packed),
        `report of epoch ${epoch}`,
      );
      this.parts.logger.info(
        { epoch, signers: signatures.size, gas: receipt.gasUsed, hash: receipt.hash },
        "report sent",
      );
      this.parts.metrics.reports.inc({ outcome: "sent" });
      return true;
    } catch (error) {
      const { code, message } = decodeError(error);
      // Anyone may have sent the same report a moment earlier.
      const status = await this.parts.facts.statusOf(epoch);
      this.parts.metrics.reports.inc({ outcome: status === "none" ? code : "already-there" });
      if (status === "none") this.parts.logger.error({ epoch, code, message }, "report could not be sent");
      else this.parts.logger.info({ epoch, status }, "report stands already");
      return status !== "none";
    }
  }

  private async own(request: () => Promise<Signed>): Promise<Signed[]> {
    try {
      return [await request()];
    } catch (error) {
      this.parts.logger.debug(
        { message: error instanceof Error ? error.message : String(error) },
        "own answer refused",
      );
      return [];
    }
  }

  /** Answers that the members signed who gave them, one each. */
  private valid(
    { seats }: SetOfEpoch,
    answers: readonly Signed[],
    signerOfAnswer: (signature: string) => string | undefined,
  ): Signed[] {
    const valid = new Map<string, Signed>();
    for (const { attestor, signature } of answers) {
      const signer = signerOfAnswer(signature);
      if (signer === undefined) this.parts.logger.warn({ attestor }, "malformed signature");
      else if (signer === getAddress(attestor.toLowerCase()) && seats.includes(signer))
        valid.set(signer, { attestor: signer, signature });
    }
    return [...valid.values()];
  }

  private get domain(): TypedDataDomain {
    return this.parts.identity.domain;
  }
}

/** Bitmap and signatures as `submitReport` takes them: in order of seats, 64 bytes each. */
export function packSignatures(
  seats: readonly string[],
  signatures: ReadonlyMap<string, string>,
): { bitmap: number; packed: string } {
  let bitmap = 0;
  let packed = "0x";
  seats.forEach((key, seat) => {
    const signature = signatures.get(key);
    if (signature === undefined) return;
    bitmap += 2 ** seat;
    packed += Signature.from(signature).compactSerialized.slice(2);
  });
  return { bitmap, packed };
}
