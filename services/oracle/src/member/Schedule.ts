import type { EpochClock } from "@millrace/sdk";

/** Slots that a leader has before the next one takes over; the contract's TURN_SLOTS. */
const ROUND_SLOTS = 2;
/** Shortest time of a leader, for chains with very short slots. */
const MIN_ROUND_SECONDS = 4;

/**
 * Who leads when: rounds of equal length since the end of the epoch, in chain time, the seat `(epoch + round) mod n`
 * leading each. Everybody can compute it; nobody has to agree on it. They are the contract's turns (`dutySeat`), so that
 * who leads and sends is paid its gas, however late the epoch was closed.
 */
export class Schedule {
  readonly roundSeconds: number;

  constructor(private readonly clock: EpochClock) {
    this.roundSeconds = Math.max(MIN_ROUND_SECONDS, ROUND_SLOTS * clock.slotSeconds);
  }

  /** The round of an epoch that runs, from zero. */
  roundAt(epoch: number, now: number): number {
    return Math.max(0, Math.floor((now - this.clock.endOf(epoch)) / this.roundSeconds));
  }

  /** The member that leads a round. */
  leaderOf(seats: readonly string[], epoch: number, round: number): string | undefined {
    return seats[(epoch + round) % seats.length];
  }
}
