import { committedAt } from "./commitments.js";
import type { Hand } from "./Hand.js";

/** A commitment that was made, as calls show it. */
export interface Reveal {
  readonly lane: bigint;
  readonly salt: string;
}

/** The first of two steps: what it hides is the next one. */
export interface CommitMove {
  readonly kind: "commit";
  readonly lane: bigint;
  readonly digest: string;
  readonly hides: "pointTop" | "prove";
}

/** The provider has until `until` to answer, or a commitment can be shown from then on. */
export interface WaitMove {
  readonly kind: "wait";
  readonly until: number;
}

/** The time to go on has passed, or the window closed before anybody pointed. */
export interface TooLateMove {
  readonly kind: "tooLate";
}

export const revealOf = ({ lane, salt }: Hand): Reveal => ({ lane, salt });

/** A move that others could copy: made once the hand's commitment to it is older than the latest block. */
export function afterCommitting<Next extends { readonly kind: "pointTop" | "prove" }>(
  hand: Hand,
  digest: string,
  now: number,
  move: Next,
): CommitMove | Next | WaitMove {
  const committed = committedAt(hand.stored, digest);
  if (committed === undefined) return { kind: "commit", lane: hand.lane, digest, hides: move.kind };
  return now > committed ? move : { kind: "wait", until: committed + 1 };
}

/** A first pointer. Who committed in the window has a quarter of a response, at most an hour, to show it. */
export function firstPointer<Next extends { readonly kind: "pointTop" }>(
  { windowEndsAt, responseSeconds }: { readonly windowEndsAt: number; readonly responseSeconds: number },
  hand: Hand,
  digest: string,
  now: number,
  move: Next,
): CommitMove | Next | TooLateMove | WaitMove {
  const committed = committedAt(hand.stored, digest);
  const showSeconds = Math.min(3_600, Math.ceil(responseSeconds / 4));
  const isInTime = committed !== undefined && committed <= windowEndsAt;
  if (now > windowEndsAt + (isInTime ? showSeconds : 0)) return { kind: "tooLate" };
  return afterCommitting(hand, digest, now, move);
}
