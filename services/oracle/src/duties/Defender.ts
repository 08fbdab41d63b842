import { AbiCoder, hexlify, keccak256 } from "ethers";
import type { TypedDataDomain } from "ethers";

import { type Contracts, memberOf, type SendOptions, type TransactionSender } from "@millrace/sdk";
import {
  BadReceiptError,
  BadSignatureError,
  countUp,
  DATA_CHUNK_BYTES,
  heartbeatEvidence,
  heartbeatHash,
  heartbeatSigner,
  receiptEvidence,
  verifyReceipt,
  type Receipt,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { Guard } from "../member/Guard.js";
import type { Peers } from "../member/Peers.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import type { SlotKeeper } from "../member/SlotKeeper.js";
import { OracleError } from "../OracleError.js";
import type { Store } from "../store/Store.js";
import type { Outcome } from "./Outcome.js";
import type { Duty } from "./DutyStore.js";
import type { Turns } from "./Turns.js";

/** What a defender works with. */
export interface DefenderParts {
  /** Key of this member. */
  readonly attestor: string;
  readonly domain: TypedDataDomain;
  readonly contracts: Contracts;
  readonly facts: ChainFacts;
  readonly guard: Guard;
  readonly history: ReportHistory;
  readonly peers: Peers;
  readonly sender: TransactionSender;
  readonly slots: SlotKeeper;
  readonly store: Store;
  readonly turns: Turns;
}

/** The heartbeat that a receipt names. */
interface Wanted {
  readonly epoch: number;
  readonly slot: number;
  readonly nodeId: bigint;
  readonly hash: string;
}

type AnswerDuty = Exclude<Duty, { kind: "correction" }>;

const OPEN = memberOf("ChallengeStatus", "open");
/** `IUptimeChallenges.Part.Leaf`. */
const LEAF = 0;

/**
 * What is shown is paid by who asked for it, with a bond or a fee. A day's budget must not hold it back: whoever asks
 * for much could use it up, and have members slashed or a report voided for what they were not allowed to show (I7).
 */
const PAID: SendOptions = { isPaid: true };

/** Shows what somebody asks for on chain: heartbeats and receipts of a slot, leaves and chunks of a report. */
export class Defender {
  constructor(private readonly parts: DefenderParts) {}

  /** Answers a challenge to a slot, with the receipts of all members that gave one. */
  async answerChallenge(duty: Duty & { kind: "challenge" }, now: number): Promise<Outcome> {
    const { contracts, facts, sender } = this.parts;
    const { id, epoch, slot } = duty;
    const nodeId = BigInt(duty.nodeId);
    const { status, shown } = await contracts.challenges.challengeOf(id);
    if (status !== OPEN) {
      return await this.ended(async (at) => (await contracts.challenges.challengeOf(id, at)).status === OPEN);
    }
    if (now >= duty.answerBy) return await this.clear(duty, now);
    if (!(await this.mayAnswer(duty, now))) return "waits";

    const { threshold, seats } = await facts.setOf(epoch);
    const receipts = new Map<number, Receipt>();
    for (const receipt of await this.receipts(epoch, slot, nodeId)) {
      const seat = seats.indexOf(receipt.attestor);
      if (seat >= 0 && ((shown >> BigInt(seat)) & 1n) === 0n) receipts.set(seat, receipt);
    }
    const missing = threshold - countUp(shown);
    const lastCall = duty.answerBy - (await this.window(epoch)) / 2;
    // Too few: others may come. What there is, is shown when all have had their turn: nobody is slashed for what was
    // shown, nor is it paid, so it may be asked of one member thousands of times at once.
    if (receipts.size === 0 || (receipts.size < missing && now < lastCall)) return "waits";
    const failures: unknown[] = [];
    for (const [hash, group] of groupedByHeartbeat(receipts, seats.indexOf(this.parts.attestor))) {
      const heartbeat = await this.heartbeat({ epoch, slot, nodeId, hash });
      if (heartbeat === undefined) continue;
      const evidence = group.map(([seat, receipt]) => receiptEvidence(receipt, seat));
      try {
        await sender.send(
          () => contracts.challenges.showHeartbeat.populateTransaction(id, heartbeatEvidence(heartbeat), evidence),
          `answer for node ${duty.nodeId} in slot ${slot} of epoch ${epoch}`,
          PAID,
        );
      } catch (error) {
        // What others gave may be wrong in a way that only the chain sees: it must not keep back what is left (I7).
        failures.push(error);
        continue;
      }
      if ((await contracts.challenges.challengeOf(id)).status !== OPEN) return "done";
    }
    if (failures.length > 0) throw failures[0];
    return "waits";
  }

  /** Shows a leaf or a chunk that somebody demands. */
  async answerDemand(duty: Duty & { kind: "demand" }, now: number): Promise<Outcome> {
    const { contracts, facts, history, sender } = this.parts;
    const { id, epoch, part, index } = duty;
    if (now >= duty.answerBy) return "over";
    const isOpen = async (at = {}): Promise<boolean> => {
      return BigInt((await contracts.challenges.demandOf(id, at)).demander) !== 0n;
    };
    if (!(await isOpen())) return await this.ended(isOpen);
    if (!(await this.mayAnswer(duty, now))) return "waits";
    const posted = await facts.posted(epoch);
    if (posted === undefined || demandIdOf(posted.reportHash, part, index) !== id) return "waits";
    const { report, leaves, tree, data } = await history.byHash(posted.reportHash);
    const { challenges } = contracts;
    if (part === LEAF) {
      await sender.send(
        () => challenges.showLeaf.populateTransaction(report, leaves.leaf(index), tree.proof(index)),
        `leaf ${index} of epoch ${epoch}`,
        PAID,
      );
      return "done";
    }
    const exists = index * DATA_CHUNK_BYTES < data.length;
    const [chunk, proof] = exists ? [hexlify(data.chunk(index)), data.proof(index)] : ["0x", []];
    await sender.send(
      () => challenges.showChunk.populateTransaction(report, index, data.length, data.chunksRoot, chunk, proof),
      `chunk ${index} of epoch ${epoch}`,
      PAID,
    );
    return "done";
  }

  /**
   * What has ended is open again when the block is replaced in which it did. Whoever forgot it would be convicted for
   * what another one showed before: it is over when a block that counts says so.
   */
  private async ended(isOpenAt: (at: { readonly blockTag: number }) => Promise<boolean>): Promise<Outcome> {
    return (await isOpenAt({ blockTag: await this.parts.facts.finalNumber() })) ? "ended" : "over";
  }

  /** Ends a challenge that nobody answered: its leaf would be held for ever. The challenger has had time to do it. */
  private async clear(duty: Duty & { kind: "challenge" }, now: number): Promise<Outcome> {
    const { contracts, sender } = this.parts;
    const window = await this.window(duty.epoch);
    if (!(await this.isTurn(duty, duty.answerBy + window, now))) return "waits";
    await sender.send(() => contracts.challenges.clearSlot.populateTransaction(duty.id), `clearing of ${duty.id}`, {
      canWait: true,
    });
    return "done";
  }

  /** Whether it is this member's turn to answer. */
  private async mayAnswer(duty: AnswerDuty, now: number): Promise<boolean> {
    const askedAt = duty.answerBy - (await this.window(duty.epoch));
    return await this.isTurn(duty, askedAt, now);
  }

  /** One member after the other from a moment on: all have had their turn half a time for an answer later. */
  private async isTurn({ id, epoch }: AnswerDuty, since: number, now: number): Promise<boolean> {
    const { facts, turns } = this.parts;
    const window = await this.window(epoch);
    const { seats } = await facts.setOf(epoch);
    const rank = await turns.rankIn(epoch, Number(BigInt(id) % 1_000n));
    return rank !== undefined && now >= since + (0.5 * window * rank) / seats.length;
  }

  private async window(epoch: number): Promise<number> {
    return Number(await this.parts.contracts.challenges.answerSecondsOf(epoch));
  }

  /** Receipts of this member and of all others that give a good one. */
  private async receipts(epoch: number, slot: number, nodeId: bigint): Promise<Receipt[]> {
    const { guard, slots, peers, domain } = this.parts;
    const theirs = await peers.ask("receipt", (client) => client.receipts(epoch, slot, [nodeId]));
    const good = [...ownReceipts(slots, epoch, slot, nodeId), ...theirs.flat()].filter((receipt) => {
      if (receipt.epoch !== epoch || receipt.slot !== slot || receipt.nodeId !== nodeId) return false;
      return isGood(domain, receipt);
    });
    // Of one that comes a thousand times, the disk is asked once.
    const different = new Map(good.map((receipt) => [`${receipt.attestor}/${receipt.root}`, receipt]));
    for (const receipt of different.values()) guard.onReceipt(receipt);
    return good;
  }

  /** A heartbeat by its hash, from this member's disk or from whoever has it. */
  private async heartbeat({ epoch, slot, nodeId, hash }: Wanted): Promise<SignedHeartbeat | undefined> {
    const { store, peers, domain, contracts } = this.parts;
    const own = store.slots.heartbeatOf(epoch, slot, nodeId, hash);
    if (own !== undefined) return own;
    const speaks = (heartbeat: SignedHeartbeat): boolean => {
      return heartbeat.epoch === epoch && heartbeat.slot === slot && heartbeat.nodeIds.includes(nodeId);
    };
    const agent = await contracts.nodes.agentAt(nodeId, epoch);
    return await peers.find("heartbeat", async (client) => {
      const found = await client.evidence(epoch, slot, nodeId);
      // The hash says nothing of the signature.
      const isGood = heartbeatHash(domain, found) === hash && speaks(found);
      return isGood && agentBehind(domain, found) === agent ? found : undefined;
    });
  }
}

function demandIdOf(reportHash: string, part: number, index: number): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint8", "uint32"], [reportHash, part, index]));
}

function ownReceipts(slots: SlotKeeper, epoch: number, slot: number, nodeId: bigint): Receipt[] {
  try {
    return slots.receipts(epoch, slot, [nodeId]);
  } catch (error) {
    if (error instanceof OracleError) return [];
    throw error;
  }
}

function isGood(domain: TypedDataDomain, receipt: Receipt): boolean {
  try {
    verifyReceipt(domain, receipt);
    return true;
  } catch (error) {
    if (error instanceof BadReceiptError || error instanceof BadSignatureError) return false;
    throw error;
  }
}

/** The key behind a heartbeat, if its signature has the form that counts on chain. */
function agentBehind(domain: TypedDataDomain, heartbeat: SignedHeartbeat): string | undefined {
  try {
    return heartbeatSigner(domain, heartbeat);
  } catch (error) {
    if (error instanceof BadSignatureError) return undefined;
    throw error;
  }
}

/** Receipts by seat, those of one heartbeat together, this member's own first, then the largest group. */
function groupedByHeartbeat(
  receipts: ReadonlyMap<number, Receipt>,
  ownSeat: number,
): [hash: string, group: [number, Receipt][]][] {
  const groups = new Map<string, [number, Receipt][]>();
  for (const [seat, receipt] of receipts) {
    const group = groups.get(receipt.heartbeatHash) ?? [];
    groups.set(receipt.heartbeatHash, [...group, [seat, receipt]]);
  }
  const weight = (group: readonly [number, Receipt][]): number => {
    return group.some(([seat]) => seat === ownSeat) ? Infinity : group.length;
  };
  return [...groups].sort(([, a], [, b]) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}
