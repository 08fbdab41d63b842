import { Signature, type ContractTransaction } from "ethers";

import type { Contracts, TransactionSender } from "@millrace/sdk";
import {
  batchEvidence,
  listedEvidence,
  observationEvidence,
  receiptEvidence,
  sightingsEvidence,
} from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Contradiction, Guard } from "../member/Guard.js";
import type { Schedule } from "../member/Schedule.js";
import type { SlotKeeper } from "../member/SlotKeeper.js";
import type { Store } from "../store/Store.js";
import type { Outcome } from "./Outcome.js";
import type { Turns } from "./Turns.js";

/** What a prosecutor works with. */
export interface ProsecutorParts {
  readonly attestor: string;
  readonly configDigest: string;
  readonly contracts: Contracts;
  readonly facts: ChainFacts;
  readonly guard: Guard;
  readonly schedule: Schedule;
  readonly sender: TransactionSender;
  readonly slots: SlotKeeper;
  readonly store: Store;
  readonly turns: Turns;
}

/** Takes statements that exclude each other to the chain. Whoever is first is paid; nobody is held against twice. */
export class Prosecutor {
  /** When something was held against an attestor first, by epoch. */
  private readonly noted = new EpochMap(KEPT_EPOCHS, () => new Map<string, number>());
  /** Attestors that are proven guilty, by epoch: one proof each is enough. */
  private readonly proven = new EpochMap(KEPT_EPOCHS, () => new Set<string>());
  /** How often each was sent: what did not come through stands behind all else that is known of its attestor. */
  private readonly tries = new WeakMap<Contradiction, number>();

  constructor(private readonly parts: ProsecutorParts) {}

  /** What there is to prove now. */
  pending(): { readonly id: string; readonly attempt: (now: number) => Promise<Outcome> }[] {
    const accused = new Map(
      this.parts.guard.contradictions.map(({ epoch, attestor }) => [`${epoch}/${attestor}`, { epoch, attestor }]),
    );
    return [...accused].flatMap(([id, { epoch, attestor }]) => {
      if (attestor === this.parts.attestor || this.proven.of(epoch).has(attestor)) return [];
      return [{ id, attempt: (now: number) => this.prove(attestor, epoch, now) }];
    });
  }

  /** Proves one of what an attestor said in an epoch. */
  private async prove(accused: string, epoch: number, now: number): Promise<Outcome> {
    const { facts, contracts, turns, schedule, sender, attestor } = this.parts;
    const { seats } = await facts.setOf(epoch);
    const seat = seats.indexOf(accused);
    if (seat < 0 || ((await contracts.uptime.epochStateOf(epoch)).guilty >> BigInt(seat)) & 1n) {
      this.proven.of(epoch).add(accused);
      return "over";
    }
    const since = this.noted.of(epoch).get(accused) ?? now;
    this.noted.of(epoch).set(accused, since);
    // Whoever was a member then comes first, one after the other; anybody else after them.
    const rank = (await turns.rankIn(epoch, seats.length - 1 - seat)) ?? seats.length;
    if (now < since + rank * schedule.roundSeconds) return "waits";
    for (const contradiction of this.against(accused, epoch)) {
      const { kind } = contradiction;
      const request = this.request(contradiction, seat);
      if (request === undefined) continue;
      this.tries.set(contradiction, this.triesOf(contradiction) + 1);
      await sender.send(() => request, `proof against ${accused} (${kind}, epoch ${epoch}) by ${attestor}`);
      this.proven.of(epoch).add(accused);
      return "done";
    }
    return "waits";
  }

  /** What was tried least comes first. */
  private against(accused: string, of: number): Contradiction[] {
    return this.parts.guard.contradictions
      .filter(({ attestor, epoch }) => attestor === accused && epoch === of)
      .sort((a, b) => this.triesOf(a) - this.triesOf(b));
  }

  private triesOf(contradiction: Contradiction): number {
    return this.tries.get(contradiction) ?? 0;
  }

  private request({ kind, epoch, slot, attestor, ...statements }: Contradiction, seat: number): Request {
    const { store, configDigest, slots } = this.parts;
    const { uptimeProofs } = this.parts.contracts;
    const pair = [statements.first, statements.second] as const;
    const batches = pair.map((root) =>
      store.evidence.batches(epoch, slot).find((each) => each.attestor === attestor && each.root === root),
    );
    const observations = pair.map((root) => store.evidence.observation(epoch, root));
    switch (kind) {
      case "batch": {
        const [first, second] = batches.map((batch) => batch && batchEvidence(batch));
        if (first === undefined || second === undefined) return undefined;
        return uptimeProofs.proveTwoBatches.populateTransaction(first, second, seat);
      }
      case "observation": {
        const [first, second] = observations.map((each) => each && observationEvidence(each, configDigest));
        if (first === undefined || second === undefined) return undefined;
        return uptimeProofs.proveTwoObservations.populateTransaction(first, second, seat);
      }
      case "batch-left-out": {
        const [batch, observation] = [batches[0], observations[1]];
        if (batch === undefined || observation === undefined) return undefined;
        const { root, proof } = listedEvidence(observation, slot);
        return uptimeProofs.proveUnlistedBatch.populateTransaction(
          batchEvidence(batch),
          observationEvidence(observation, configDigest),
          seat,
          root,
          proof,
        );
      }
      case "hidden-sighting": {
        const { first, nodeId = 0n, receipt: given } = statements;
        const observation = observations[1];
        // Where none was given, this member's own batch has that root too, and so the entries of the other one.
        const own = given === undefined ? slots.receipts(epoch, slot, [nodeId]) : [];
        const receipt = given ?? own.find(({ root }) => root.toLowerCase() === first);
        if (observation === undefined || receipt === undefined) return undefined;
        return uptimeProofs.proveHiddenSighting.populateTransaction(
          observationEvidence(observation, configDigest),
          receiptEvidence(receipt, seat),
          nodeId,
          slot,
          listedEvidence(observation, slot).proof,
          sightingsEvidence(observation, nodeId),
        );
      }
      case "report": {
        const signed = store.evidence.signedReports(epoch).filter((each) => each.attestor === attestor);
        const [first, second] = pair.map((hash) => signed.find(({ reportHash }) => reportHash === hash));
        if (first === undefined || second === undefined) return undefined;
        return uptimeProofs.proveContradiction.populateTransaction(
          first.report,
          second.report,
          seat,
          Signature.from(first.signature).compactSerialized,
          Signature.from(second.signature).compactSerialized,
        );
      }
    }
  }
}

type Request = Promise<ContractTransaction> | undefined;
