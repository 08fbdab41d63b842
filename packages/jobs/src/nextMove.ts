import {
  type Bundle,
  differentLane,
  firstDifferentChild,
  makeWitness,
  type NodeSource,
  OpenedTree,
  Region,
  siblingsOf,
  type Traces,
  treeOf,
  type Witness,
  type WitnessOptions,
  type WordAddress,
} from "@millrace/tensor";

import { branchIdOf, type Evidence, finishDigest, firstDigest } from "./commitments.js";
import {
  afterCommitting,
  type CommitMove,
  firstPointer,
  type Reveal,
  revealOf,
  type TooLateMove,
  type WaitMove,
} from "./committing.js";
import type { BranchKey } from "./BranchKey.js";
import type { Game } from "./GameHistory.js";
import type { Hand } from "./Hand.js";
import type { PostedClaim } from "./readClaim.js";

/** What a challenger does next. */
export type Move =
  | CommitMove
  | { readonly kind: "pointTop"; readonly region: Region; readonly reveal: Reveal }
  | {
      readonly kind: "point";
      readonly parent: BranchKey;
      readonly index: number;
      readonly child: string;
      readonly siblings: string[];
    }
  | { readonly kind: "prove"; readonly target: WordAddress; readonly witness: Witness; readonly reveal: Reveal }
  /** `above` are the hashes of the branches above it, bottom up. */
  | { readonly kind: "timeout"; readonly branch: BranchKey; readonly above: readonly string[] }
  | WaitMove
  | TooLateMove;

/** What a challenger knows. */
export interface Knowledge {
  readonly bundle: Bundle;
  /** My own, honest traces. */
  readonly honest: Traces;
  readonly posted: PostedClaim;
  readonly game: Game;
  readonly hand: Hand;
  /** Timestamp of the latest block. */
  readonly now: number;
}

/**
 * The next move against a wrong claim whose trace is withheld: follow the first difference from the root down, and prove
 * the word at its end. It depends on nothing but the chain and the honest traces, so a restart loses nothing, and moves
 * of other challengers on the same path are moves of one's own.
 */
export function nextMove(
  { bundle, honest, posted, game, hand, now }: Knowledge,
  firstWrong: Region,
  options: WitnessOptions,
): Move {
  const mine = treeOf(honest, firstWrong);
  if (mine === undefined) throw new Error("the region of the first wrong word is empty");
  const root = firstWrong === Region.Body ? posted.claim.bodyRoot : posted.claim.outputRoot;
  const shown = new OpenedTree(mine, root);
  let at: BranchKey = { region: firstWrong, height: mine.depth, position: 0, hash: root };
  const top = game.branch(at);
  if (top === undefined) return firstMove(posted, at, hand, now);

  const above: string[] = [];
  for (let facts = top; ;) {
    if (facts.opened === undefined)
      return now > facts.answerBy ? { kind: "timeout", branch: at, above } : { kind: "wait", until: facts.answerBy };
    const { children, pointBy } = facts.opened;
    shown.open(at.height, at.position, children);
    const different = firstDifferentChild(mine, at.height, at.position, children);
    // The children fold to a hash that differs from mine, so one of them does.
    if (different === undefined) throw new Error("an opened branch has no different child");
    const { index, height, position, hash } = different;
    if (height === 0) {
      const target = {
        region: firstWrong,
        position,
        lane: differentLane(bundle.program, mine, firstWrong, position, hash),
      };
      const committed: Traces<NodeSource> = { ...honest, [nameOf(firstWrong)]: shown };
      const witness = makeWitness(bundle.program, committed, target, options);
      return proofMove(posted.claimId, { target, witness }, hand, now);
    }
    const child: BranchKey = { region: firstWrong, height, position, hash };
    const below = game.branch(child);
    if (below === undefined) {
      if (now > pointBy) return { kind: "tooLate" };
      const siblings = siblingsOf(shown, position, height, at.height);
      return { kind: "point", parent: at, index, child: hash, siblings };
    }
    above.unshift(at.hash);
    at = child;
    facts = below;
  }
}

/** A proof, once it was committed to. */
export function proofMove(
  claimId: bigint,
  proof: Evidence & { readonly witness: Witness },
  hand: Hand,
  now: number,
): Move {
  const digest = finishDigest(claimId, proof, hand.account, hand.salt);
  return afterCommitting(hand, digest, now, { kind: "prove", ...proof, reveal: revealOf(hand) });
}

function firstMove({ claimId, claim, windowEndsAt }: PostedClaim, top: BranchKey, hand: Hand, now: number): Move {
  const digest = firstDigest(branchIdOf(claimId, top), hand.account, hand.salt);
  const times = { windowEndsAt, responseSeconds: Number(claim.terms.responseSeconds) };
  const move = { kind: "pointTop", region: top.region as Region, reveal: revealOf(hand) } as const;
  return firstPointer(times, hand, digest, now, move);
}

function nameOf(region: Region): "body" | "output" {
  return region === Region.Body ? "body" : "output";
}
