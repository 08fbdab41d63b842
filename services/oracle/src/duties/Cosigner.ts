import { Signature, ZeroHash } from "ethers";

import type { Contracts, TransactionSender } from "@millrace/sdk";
import { decodeDataFile, observationRoot, reportTypes, SIGHTINGS_SLOT } from "@millrace/uptime-tree/format";

import type { ChainFacts, PostedReport } from "../chain/ChainFacts.js";
import type { Assembler } from "../member/Assembler.js";
import type { Guard } from "../member/Guard.js";
import type { Identity } from "../member/Identity.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import { ContradictionError } from "../store/ContradictionError.js";
import type { Store } from "../store/Store.js";
import type { Outcome } from "./Outcome.js";

/** What a cosigner works with. */
export interface CosignerParts {
  readonly identity: Identity;
  readonly assembler: Assembler;
  readonly contracts: Contracts;
  readonly facts: ChainFacts;
  readonly guard: Guard;
  readonly history: ReportHistory;
  readonly sender: TransactionSender;
  readonly store: Store;
}

/**
 * Signs reports afterwards that were posted without this member, if it gets the same from the same observations: who is
 * silent for seven reports is ejected, and who was heard is paid.
 */
export class Cosigner {
  constructor(private readonly parts: CosignerParts) {}

  /** Signs the report that stands for an epoch, if it can still be signed. */
  async cosign(epoch: number, now: number): Promise<Outcome> {
    const { facts, contracts, identity, guard, sender } = this.parts;
    if (guard.reasonToStop !== undefined) return "over";
    const { seats } = await facts.setOf(epoch);
    const seat = seats.indexOf(identity.attestor);
    const posted = await facts.posted(epoch);
    if (seat < 0 || posted === undefined) return "over";
    const { signers, payees, finalAt } = await contracts.uptime.reportOf(epoch);
    const has = (seats: bigint): boolean => ((seats >> BigInt(seat)) & 1n) === 1n;
    if (has(payees) || now >= Number(finalAt)) return "over";
    const { root, proof } = await this.inclusion(posted.reportHash);
    // Somebody else may have brought the signature without the proof that this member is to be paid.
    if (has(signers) && (proof.length === 0 || (await this.isUnpaid(epoch, seat)))) return "over";
    const signature = await this.sign(posted);
    if (signature === undefined) return "over";
    await sender.send(
      () => contracts.uptime.cosign.populateTransaction(posted.report, seat, signature, root, proof),
      `late signature of epoch ${epoch}`,
    );
    return "done";
  }

  /** Whether no report of an epoch pays this member. */
  private async isUnpaid(epoch: number, seat: number): Promise<boolean> {
    const { guilty, unpaid } = await this.parts.contracts.uptime.epochStateOf(epoch);
    return (((guilty | unpaid) >> BigInt(seat)) & 1n) === 1n;
  }

  /** Undefined when this member gets another report, or has signed another one. */
  private async sign({ report, reportHash }: PostedReport): Promise<string | undefined> {
    const { assembler, history, identity, store } = this.parts;
    const { epoch, previousReport } = report;
    const { observations } = decodeDataFile((await history.byHash(reportHash)).bytes);
    const references = observations.map((observation) => {
      const { attestor, signature } = observation;
      return { attestor, root: observationRoot(observation), signature };
    });
    const assembled = await assembler.assemble(epoch, references, previousReport);
    if (assembled.reportHash !== reportHash) return undefined;
    try {
      const signature = await store.statements.signOnce("report", epoch, previousReport, reportHash, () =>
        identity.signer.signTypedData(identity.domain, reportTypes, report),
      );
      return Signature.from(signature).compactSerialized;
    } catch (error) {
      if (error instanceof ContradictionError) return undefined;
      throw error;
    }
  }

  /** How this member's sightings are in the report; nothing if its observation was not included. */
  private async inclusion(reportHash: string): Promise<{ root: string; proof: string[] }> {
    const { history, identity } = this.parts;
    const { evidence, bytes } = await history.byHash(reportHash);
    const isIncluded = decodeDataFile(bytes).observations.some(({ attestor }) => attestor === identity.attestor);
    return isIncluded ? evidence.proof(identity.attestor, SIGHTINGS_SLOT) : { root: ZeroHash, proof: [] };
  }
}
