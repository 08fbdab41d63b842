import { decodeError, type Logger } from "@millrace/sdk";

import { keyOf, type OpenClaim, type WatcherStore } from "./WatcherStore.js";

interface Parts {
  readonly store: Pick<WatcherStore, "open">;
  /** Follows one claim until the store has it open no more, or the signal. */
  readonly follow: (claim: OpenClaim) => Promise<void>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Follows every claim that a store has open, each by itself. One that fails stays open there, and is taken up again. */
export class OpenClaims {
  readonly #running = new Map<string, Promise<void>>();

  constructor(private readonly parts: Parts) {}

  /** Claims that are followed now. */
  get size(): number {
    return this.#running.size;
  }

  /** Takes up what is open and not followed. */
  advance(): void {
    for (const claim of this.parts.store.open()) {
      const key = keyOf(claim);
      if (!this.#running.has(key)) this.#running.set(key, this.#follow(claim));
    }
  }

  /** Waits for what is under way, after the signal. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #follow(claim: OpenClaim): Promise<void> {
    const { follow, logger, signal } = this.parts;
    try {
      await follow(claim);
    } catch (error) {
      const { game, claimId } = claim;
      if (!signal.aborted) logger.warn({ game, claimId, reason: decodeError(error).sentence }, "interrupted");
    } finally {
      this.#running.delete(keyOf(claim));
    }
  }
}
