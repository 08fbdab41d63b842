import type { EpochClock } from "@millrace/sdk";

/** Slots that a leader has before the next one takes over. */
const ROUND_SLOTS = 2;
/** Shortest time of a leader, for chains with very short slots. */
const MIN_ROUND_SECONDS = 4;

/**
 * Who leads when: rounds of equal length since the close of the epoch, in chain time, the seat `(epoch + round) mod n`
 * leading each. Everybody can compute it; nobody has to agree on it.
 */
export class Schedule {
  readonly roundSeconds: number;

  constructor(clock: EpochClock) {
    this.roundSeconds = Math.max(MIN_ROUND_SECONDS, ROUND_SLOTS * clock.slotSeconds);
  }

  /** The round that runs, from zero. */
  roundAt(closedAt: number, now: number): number {
    return Math.max(0, Math.floor((now - closedAt) / this.roundSeconds));
  }

  /** Part of a round that is over, 0 to 1. */
  progress(closedAt: number, now: number): number {
    return Math.max(0, (now - closedAt) / this.roundSeconds - this.roundAt(closedAt, now));
  }

  /** The member that leads a round. */
  leaderOf(seats: readonly string[], epoch: number, round: number): string | undefined {
    return seats[(epoch + round) % seats.length];
  }
}
