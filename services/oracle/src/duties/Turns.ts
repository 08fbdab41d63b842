import type { ChainFacts } from "../chain/ChainFacts.js";

/** Longest pause between two tries of the same thing, in steps. */
const MAX_PAUSE = 64;
/** Part of the time that is left for a thing that a pause may take: one over this. */
const PAUSE_DIVISOR = 8;

/**
 * Who does first what every member could do: one after the other, so that the others need not pay for what is done.
 * What failed is tried again after pauses that grow.
 */
export class Turns {
  private readonly pauses = new Map<string, { readonly until: number; readonly steps: number }>();

  constructor(
    private readonly attestor: string,
    private readonly facts: Pick<ChainFacts, "setOf">,
  ) {}

  /** Place of this member among those of an epoch, from zero, another one each time; undefined if it is none. */
  async rankIn(epoch: number, salt: number): Promise<number | undefined> {
    const { seats } = await this.facts.setOf(epoch);
    const seat = seats.indexOf(this.attestor);
    return seat < 0 ? undefined : (seat + (salt % seats.length)) % seats.length;
  }

  /** Whether a thing may be tried now. */
  mayTry(id: string, now: number): boolean {
    return now >= (this.pauses.get(id)?.until ?? 0);
  }

  /**
   * A try has failed, or changed nothing: the next one is so many steps later, and well before the thing's time is over.
   */
  pause(id: string, now: number, stepSeconds: number, before = 0): void {
    // What is not tried any more, as its time is over.
    for (const [key, { until }] of this.pauses) {
      if (until + 2 * MAX_PAUSE * stepSeconds < now) this.pauses.delete(key);
    }
    const steps = Math.min(MAX_PAUSE, 2 * (this.pauses.get(id)?.steps ?? 0.5));
    const most = before > now ? (before - now) / PAUSE_DIVISOR : Infinity;
    this.pauses.set(id, { until: now + Math.min(most, steps * stepSeconds), steps });
  }

  forget(id: string): void {
    this.pauses.delete(id);
  }
}
