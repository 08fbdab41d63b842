import { getAddress, Signature, verifyTypedData } from "ethers";

import { decodeError, type Contracts, type Logger, type TransactionSender } from "@millrace/sdk";
import { proposalTypes, reportTypes, voteTypes, type Report } from "@millrace/uptime-tree";

import type { ChainFacts, SetOfEpoch } from "../chain/ChainFacts.js";
import type { Bound, Proposal, Signed } from "../http/schemas.js";
import type { Assembler, ObservationReference } from "./Assembler.js";
import type { Identity } from "./Identity.js";
import type { Member } from "./Member.js";
import type { Observer } from "./Observer.js";
import type { Peers } from "./Peers.js";

/** What a leader works with. */
export interface LeaderParts {
  readonly identity: Identity;
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly facts: ChainFacts;
  readonly observer: Observer;
  readonly assembler: Assembler;
  readonly member: Member;
  readonly peers: Peers;
  readonly logger: Logger;
}

/** What the leader of a round does: propose, collect votes, collect signatures, send. */
export class Leader {
  /** Sets proposed so far, by epoch and round: a round has one proposal, also when it is tried again. */
  private readonly proposed = new Map<string, readonly ObservationReference[]>();

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
    { quorum }: SetOfEpoch,
  ): Promise<readonly ObservationReference[] | undefined> {
    const key = `${epoch}/${round}`;
    const before = this.proposed.get(key);
    if (before !== undefined) return before;
    const bound = await this.parts.peers.ask("round", (client) => client.bound(epoch));
    const own = await this.parts.member.bound(epoch).catch(() => undefined);
    const most = mostNamed(own === undefined ? bound : [own, ...bound]);
    const known = await this.parts.observer.known(epoch);
    const chosen =
      most?.observations ?? known.map(({ attestor, contentHash, signature }) => ({ attestor, contentHash, signature }));
    if (chosen.length < quorum) return undefined;
    this.proposed.set(key, chosen);
    return chosen;
  }

  private async collectVotes(set: SetOfEpoch, unsigned: Omit<Proposal, "signature">): Promise<Signed[]> {
    const { epoch, round, reportHash } = unsigned;
    const content = { epoch, round, reportHash };
    const signature = await this.parts.identity.signer.signTypedData(
      this.parts.identity.domain,
      proposalTypes,
      content,
    );
    const proposal: Proposal = { ...unsigned, signature };
    this.parts.logger.info({ ...content, observations: proposal.observations.length }, "proposing");
    const answers = await Promise.all([
      this.own(() => this.parts.member.vote(proposal)),
      this.parts.peers.ask("vote", (client) => client.propose(proposal)),
    ]);
    return this.valid(set, answers.flat(), (given) =>
      verifyTypedData(this.parts.identity.domain, voteTypes, content, given),
    );
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
    const valid = this.valid(set, answers.flat(), (given) =>
      verifyTypedData(this.parts.identity.domain, reportTypes, report, given),
    );
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
      return true;
    } catch (error) {
      const { code, message } = decodeError(error);
      // Anyone may have sent the same report a moment earlier.
      const status = await this.parts.facts.statusOf(epoch);
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

  /** Answers whose signature is of a member, one each. */
  private valid(set: SetOfEpoch, answers: readonly Signed[], recover: (signature: string) => string): Signed[] {
    const valid = new Map<string, Signed>();
    for (const { attestor, signature } of answers) {
      try {
        const signer = recover(signature);
        if (signer === getAddress(attestor) && set.seats.includes(signer))
          valid.set(signer, { attestor: signer, signature });
      } catch {
        this.parts.logger.warn({ attestor }, "malformed signature");
      }
    }
    return [...valid.values()];
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

function mostNamed(bound: readonly Bound[]): Bound | undefined {
  const counts = new Map<string, number>();
  for (const { reportHash } of bound) counts.set(reportHash, (counts.get(reportHash) ?? 0) + 1);
  return bound.toSorted((a, b) => (counts.get(b.reportHash) ?? 0) - (counts.get(a.reportHash) ?? 0))[0];
}
