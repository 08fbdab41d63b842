import type { Provider } from "ethers";

import { MillraceError } from "../errors/MillraceError.js";
import { decodeError } from "../errors/decodeError.js";
import { sleep } from "../process/sleep.js";

/** The chain's own time: services never ask the machine what time it is. */
export class BlockClock {
  readonly #provider: Provider;
  readonly #pollMs: number;

  constructor(provider: Provider, pollMs = 250) {
    this.#provider = provider;
    this.#pollMs = pollMs;
  }

  /** Timestamp of the latest block. */
  async now(): Promise<number> {
    return (await this.latest()).timestamp;
  }

  /** Latest block. */
  async latest(): Promise<{ number: number; timestamp: number; hash: string }> {
    const block = await this.#provider.getBlock("latest").catch((error: unknown) => {
      throw decodeError(error);
    });
    if (block?.hash === undefined || block.hash === null) {
      throw new MillraceError("RPC_REFUSED", "The node does not show its latest block.", {
        hint: "Wait until it has synchronised, or use another node.",
      });
    }
    return { number: block.number, timestamp: block.timestamp, hash: block.hash };
  }

  /** Waits for a block of at least this timestamp and gives its timestamp; gives the latest when the signal aborts. */
  async until(timestamp: number, signal?: AbortSignal): Promise<number> {
    for (;;) {
      const now = await this.now();
      if (now >= timestamp || signal?.aborted === true) return now;
      await sleep(this.#pollMs, signal);
    }
  }
}
