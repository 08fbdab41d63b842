import type { Logger } from "./createLogger.js";

interface TroubleOptions {
  readonly logger: Pick<Logger, "info" | "warn">;
  /** What is logged, such as `round failed, trying again`. */
  readonly message: string;
  /** How often the same reason is told while it lasts, milliseconds. */
  readonly everyMs?: number;
  readonly nowMs?: () => number;
}

const EVERY_MS = 600_000;

/**
 * What fails again and again for the same reason, as everything does while the chain is away: told once, again with the
 * number of failures as long as it lasts, and once more when it is over.
 */
export class Trouble {
  readonly #options: TroubleOptions;
  #reason: string | undefined;
  #failures = 0;
  #toldMs = 0;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  /** It failed. @param why fields of the line; what differs in them is told at once */
  failed(why: Readonly<Record<string, unknown>>): void {
    const { logger, message, everyMs = EVERY_MS, nowMs = () => performance.now() } = this.#options;
    const reason = JSON.stringify(why);
    this.#failures++;
    if (reason === this.#reason && nowMs() - this.#toldMs < everyMs) return;
    this.#reason = reason;
    this.#toldMs = nowMs();
    logger.warn({ ...why, ...(this.#failures > 1 && { failures: this.#failures }) }, message);
  }

  /** It went well. */
  over(): void {
    if (this.#failures > 0) this.#options.logger.info({ failures: this.#failures }, "it goes on again");
    this.#failures = 0;
    this.#reason = undefined;
  }
}
