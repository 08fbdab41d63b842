import { setTimeout as sleep } from "node:timers/promises";

/** Shortest time between two calls. */
const REST_MS = 200;

/**
 * A question to the chain that strangers can cause: one is under way for all who ask, and there is a rest before the
 * next, so that nobody uses up what a node of the chain allows, which then answers nothing at all.
 */
export class SharedCall {
  private under: Promise<void> | undefined;
  private endedMs = -Infinity;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly rest: (ms: number) => Promise<void> = sleep,
  ) {}

  /** Resolves when a call is done that was under way, or began after this one. */
  run(): Promise<void> {
    this.under ??= this.begin().finally(() => {
      this.endedMs = this.nowMs();
      this.under = undefined;
    });
    return this.under;
  }

  private async begin(): Promise<void> {
    const ms = this.endedMs + REST_MS - this.nowMs();
    if (ms > 0) await this.rest(ms);
    await this.work();
  }
}
