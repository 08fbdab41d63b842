import { setTimeout as sleep } from "node:timers/promises";

import { OracleError } from "../OracleError.js";

/** Part of the time that paced work may take: one in so many. */
const PART = 5;
/** Longest that a request is let wait for its turn. */
const MAX_WAIT_MS = 10_000;
/** Requests that are let wait, however little the last ones cost: a stranger asks for what costs nothing first. */
const MAX_WAITING = 64;

/**
 * Work that costs much with many nodes and that any stranger may ask for: one piece after the other, with rests in
 * between that grow with what it costs. Duties and agreement do not go through here.
 */
export class Paced {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private lastMs = 0;

  /** @throws OracleError TOO_MANY_REQUESTS when its turn would come too late */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    if (this.waiting >= MAX_WAITING || this.waiting * PART * this.lastMs > MAX_WAIT_MS) {
      return Promise.reject(new OracleError("TOO_MANY_REQUESTS", "too many ask for what is not at hand: try later"));
    }
    this.waiting++;
    const done = this.tail.then(async () => await this.timed(work));
    this.tail = done.then(
      () => this.rest(),
      () => this.rest(),
    );
    return done;
  }

  private async timed<T>(work: () => Promise<T> | T): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.lastMs = performance.now() - began;
    }
  }

  private async rest(): Promise<void> {
    await sleep((PART - 1) * this.lastMs, undefined, { ref: false });
    this.waiting--;
  }
}
