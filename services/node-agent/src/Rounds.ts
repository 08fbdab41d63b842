import { decodeError, type Logger } from "@millrace/sdk";

/** The chain as of one block. */
export interface Head {
  readonly number: number;
  readonly timestamp: number;
}

interface Parts {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Rounds of a keeper: one at a time, begun by a block unless one is under way, of steps that may each fail. */
export class Rounds {
  #round: Promise<void> | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly take: (head: Head) => Promise<void>,
  ) {}

  /** Starts a round, unless one is under way. */
  onBlock(head: Head): void {
    this.#round ??= this.take(head).finally(() => {
      this.#round = undefined;
    });
  }

  /** Resolves when no round is under way. */
  async idle(): Promise<void> {
    await this.#round;
  }

  /** Takes a step. What fails is told to whoever debugs: somebody else was faster, or the next round will tell more. */
  async attempt(what: string, act: () => Promise<void>): Promise<void> {
    const { signal, logger } = this.parts;
    try {
      await act();
    } catch (error) {
      if (!signal.aborted) logger.debug({ what, reason: decodeError(error).sentence }, "not done");
    }
  }
}
