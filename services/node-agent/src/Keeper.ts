import { decodeError, type Logger } from "@millrace/sdk";

/** The chain as of one block. */
export interface Head {
  readonly number: number;
  readonly timestamp: number;
}

interface BaseParts {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Does one kind of an agent's work in rounds: one at a time, begun by a block, of steps that may each fail. */
export abstract class Keeper<Parts extends BaseParts = BaseParts> {
  #round: Promise<void> | undefined;

  constructor(protected readonly parts: Parts) {}

  /** Starts a round, unless one is under way. Does not wait. */
  onBlock(head: Head): void {
    this.#round ??= this.takeRound(head).finally(() => {
      this.#round = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#round;
  }

  protected abstract takeRound(head: Head): Promise<void>;

  /** Takes a step. What fails is told to whoever debugs: somebody else was faster, or the next round will tell more. */
  protected async attempt(what: string, act: () => Promise<void>): Promise<void> {
    const { signal, logger } = this.parts;
    try {
      await act();
    } catch (error) {
      if (!signal.aborted) logger.debug({ what, reason: decodeError(error).sentence }, "not done");
    }
  }
}
