import { PairTree, segmentBits, type StepWitness } from "@millrace/rv32";
import { getBytes, hexlify, ZeroHash } from "ethers";

import { finishDigestOf, firstDigest } from "../commitments.js";
import { afterCommitting, type CommitMove, firstPointer, type TooLateMove, type WaitMove } from "../committing.js";
import type { Hand } from "../Hand.js";
import { encodeStep, type Ends, type Segment, segmentId, stepEvidence } from "./encodings.js";
import type { PostedRun } from "./readRun.js";
import type { RunHistory } from "./RunHistory.js";

/** Any state of one's own execution: `ExecutionWorker` is one, and `Execution` behind promises. */
export interface States {
  /** Hashes of the states after so many steps each, in ascending order. */
  states(steps: readonly bigint[]): Promise<Uint8Array[]> | Uint8Array[];
  witness(step: bigint): Promise<StepWitness> | StepWitness;
}

/** What a challenger does next. */
export type RunMove =
  | {
      readonly kind: "pointTop";
      readonly branchId: string;
      readonly index: number;
      readonly ends: Ends;
      readonly siblings: string[];
    }
  | {
      readonly kind: "point";
      readonly parent: Segment;
      readonly index: number;
      readonly ends: Ends;
      readonly siblings: string[];
    }
  | {
      readonly kind: "prove";
      readonly proof: {
        readonly step: bigint;
        readonly path: Ends[];
        readonly last: string;
        readonly siblings: string[];
      };
      readonly witness: string;
      /** The state that is right after the step. */
      readonly next: string;
    }
  | { readonly kind: "timeout"; readonly step: bigint; readonly path: Ends[] }
  | WaitMove
  | TooLateMove;

/** What a challenger knows. */
export interface RunKnowledge {
  readonly posted: PostedRun;
  readonly history: RunHistory;
  /** My own, honest execution. */
  readonly honest: States;
  /** Timestamp of the latest block. */
  readonly now: number;
}

/** Index of the first checkpoint that differs from one's own execution; undefined if none does. */
export async function firstWrongCheckpoint(posted: PostedRun, honest: States): Promise<number | undefined> {
  const length = 2n ** BigInt(posted.log2);
  const mine = await honest.states(posted.checkpoints.map((_, i) => length * BigInt(i + 1)));
  return indexOfDifference(posted.checkpoints, mine);
}

/**
 * The next move against a wrong run: follow the first difference down to one step, and have the chain do it. It depends on
 * nothing but the chain and the honest execution, so a restart loses nothing, and moves of other challengers on the same
 * path are moves of one's own.
 */
export async function nextRunMove(
  { posted, history, honest, now }: RunKnowledge,
  firstWrong: number,
): Promise<RunMove> {
  const { claimId, genesis, checkpoints, log2 } = posted;
  const ends = endsAt(genesis, checkpoints, firstWrong);
  let at: Segment = { above: ZeroHash, log2, position: BigInt(firstWrong), ...ends };
  const path: Ends[] = [ends];
  const top = history.find(at);
  if (top === undefined) {
    const siblings = siblingsOf(genesis, checkpoints, firstWrong);
    return { kind: "pointTop", branchId: segmentId(claimId, at), index: firstWrong, ends, siblings };
  }
  for (let facts = top; ;) {
    if (facts.opened === undefined) {
      const isOverdue = now > facts.answerBy;
      return isOverdue
        ? { kind: "timeout", step: at.position << BigInt(at.log2), path }
        : { kind: "wait", until: facts.answerBy };
    }
    const { children: states, pointBy } = facts.opened;
    const mine = await honest.states(stepsWithin(at));
    const index = indexOfDifference(states, mine);
    // The last state differs from mine, so one of them does.
    if (index === undefined) throw new Error("an opened segment has no wrong state");
    const next = endsAt(at.first, states, index);
    const siblings = siblingsOf(at.first, states, index);
    const bits = segmentBits(at.log2);
    const position = (at.position << BigInt(bits)) | BigInt(index);
    if (at.log2 === bits) {
      const proof = { step: position, path, last: next.last, siblings };
      const witness = encodeStep(await honest.witness(position));
      return { kind: "prove", proof, witness, next: hexlify(mine[index] ?? new Uint8Array()) };
    }
    const child: Segment = { above: facts.id, log2: at.log2 - bits, position, ...next };
    const below = history.find(child);
    if (below === undefined) {
      return now > pointBy ? { kind: "tooLate" } : { kind: "point", parent: at, index, ends: next, siblings };
    }
    path.push(next);
    at = child;
    facts = below;
  }
}

/** The next move as it is played: what others could copy is committed to first, and a first pointer in the window. */
export async function playedRunMove(
  knowledge: RunKnowledge,
  firstWrong: number,
  hand: Hand,
): Promise<CommitMove | RunMove> {
  const { posted, now } = knowledge;
  const move = await nextRunMove(knowledge, firstWrong);
  if (move.kind === "pointTop")
    return firstPointer(posted, hand, firstDigest(move.branchId, hand.account, hand.salt), now, move);
  if (move.kind !== "prove") return move;
  const evidence = stepEvidence(move.proof.step, move.next);
  return afterCommitting(hand, finishDigestOf(posted.claimId, evidence, hand.account, hand.salt), now, move);
}

/** Steps after which a segment's states are shown. */
export function stepsWithin({ log2, position }: Pick<Segment, "log2" | "position">): bigint[] {
  const bits = segmentBits(log2);
  const length = 2n ** BigInt(log2 - bits);
  const start = position << BigInt(log2);
  return Array.from({ length: 2 ** bits }, (_, i) => start + length * BigInt(i + 1));
}

function endsAt(first: string, states: readonly string[], index: number): Ends {
  const last = states[index];
  if (last === undefined) throw new RangeError(`there is no state ${index}`);
  return { first: index === 0 ? first : (states[index - 1] ?? first), last };
}

function siblingsOf(first: string, states: readonly string[], index: number): string[] {
  const tree = new PairTree(
    getBytes(first),
    states.map((state) => getBytes(state)),
  );
  return tree.siblings(index).map((node) => hexlify(node));
}

function indexOfDifference(theirs: readonly string[], mine: readonly Uint8Array[]): number | undefined {
  const index = theirs.findIndex((state, i) => state !== hexlify(mine[i] ?? new Uint8Array()));
  return index < 0 ? undefined : index;
}
