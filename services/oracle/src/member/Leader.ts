import { getAddress, Signature, type TypedDataDomain } from "ethers";

import { decodeError, type Contracts, type Logger, type TransactionSender } from "@millrace/sdk";
import { hashReport, proposalTypes, reportTypes, signerOf, voteTypes, type Report } from "@millrace/uptime-tree/format";

import type { ChainFacts, SetOfEpoch } from "../chain/ChainFacts.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Bound, Proposal, Signed } from "../http/schemas.js";
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

/** What the leader of a round does: propose, collect votes, collect signatures, send. */
export class Leader {
  /** Sets proposed so far, by epoch and round: a round has one proposal, also when it is tried again. */
  private readonly proposed = new EpochMap(KEPT_EPOCHS, () => new Map<number, readonly ObservationReference[]>());

  constructor(private readonly parts: LeaderParts) {}

  /** Leads a round; says whether a report was sent. Trying again within the round changes nothing for the members. */
  async lead(epoch: number, round: number): Promise<boolean> {
    const set = await this.parts.facts.setOf(epoch);
    const observations = await this.choose(epoch, round, set);
    if (observations === undefined) return false;
    const { reportHash, built } = await this.parts.assembler.assemble(epoch, observations);
    const { report } = built;
    const votes = await this.collectVotes(set, {
      epoch,
      round,
      reportHash,
      observations: [...observations],
    });
    if (votes.length < set.quorum) {
      this.parts.logger.warn({ epoch, round, reportHash, votes: votes.length, quorum: set.quorum }, "too few votes");
      return false;
    }
    const signatures = await this.collectSignatures(set, report, { epoch, round, reportHash, votes });
    if (signatures.size < set.quorum) {
      this.parts.logger.warn({ epoch, round, reportHash, signatures: signatures.size }, "too few signatures");
      return false;
    }
    return await this.send(set, report, signatures);
  }

  /** What a member is bound to, if any is: nothing else can reach a quorum. Otherwise all observations that there are. */
  private async choose(
    epoch: number,
    round: number,
    { quorum, seats }: SetOfEpoch,
  ): Promise<readonly ObservationReference[] | undefined> {
    const before = this.proposed.of(epoch).get(round);
    if (before !== undefined) return before;
    const bound = await this.boundSets(epoch, seats);
    // Normally there is one at most. A liar can add others: those have their turn, and cannot hold up the right one.
    const turn = bound[Math.floor(round / seats.length) % Math.max(1, bound.length)];
    const known = await this.parts.observer.preferred(epoch);
    const chosen = turn ?? known.map(({ attestor, root, signature }) => ({ attestor, root, signature }));
    if (chosen.length < quorum) return undefined;
    this.proposed.of(epoch).set(round, chosen);
    return chosen;
  }

  /**
   * Sets of observations behind reports that members have signed, the one with most signatures first. What a member
   * claims counts only with its signature, and if the set really gives the report: nobody is led astray by a claim.
   */
  private async boundSets(epoch: number, seats: readonly string[]): Promise<(readonly ObservationReference[])[]> {
    const claims = await this.parts.peers.ask("round", (client) => client.bound(epoch));
    const own = await this.parts.member.bound(epoch).catch(() => undefined);
    const sets = new Map<string, { readonly claim: Bound; readonly signers: Set<string> }>();
    for (const claim of own === undefined ? claims : [own, ...claims]) {
      const { report, reportHash, signature } = claim;
      const signer = claim === own ? own.attestor : signerOf(this.domain, reportTypes, report, signature);
      if (signer === undefined || !seats.includes(signer)) continue;
      if (claim !== own && hashReport(report) === reportHash && report.epoch === epoch) {
        this.parts.guard.onReport({ attestor: signer, report, reportHash, signature });
      }
      const set = sets.get(claim.reportHash) ?? { claim, signers: new Set<string>() };
      sets.set(claim.reportHash, set);
      set.signers.add(signer);
    }
    const good: { readonly claim: Bound; readonly signers: Set<string> }[] = [];
    for (const set of sets.values()) {
      const { observations, reportHash } = set.claim;
      const assembled = await this.parts.assembler.assemble(epoch, observations).catch(() => undefined);
      if (assembled?.reportHash === reportHash) good.push(set);
    }
    return good.sort((a, b) => b.signers.size - a.signers.size).map(({ claim }) => claim.observations);
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

  private async collectSignatures(
    set: SetOfEpoch,
    report: Report,
    commit: Parameters<Member["commit"]>[0],
  ): Promise<Map<string, string>> {
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
