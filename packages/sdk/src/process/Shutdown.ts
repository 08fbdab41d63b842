import type { Logger } from "../log/createLogger.js";

type Cleanup = () => Promise<void> | void;

/** The part of `process` that a shutdown needs. */
interface Host {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

interface ShutdownOptions {
  readonly logger?: Logger | undefined;
  /** How long cleaning up may take before the process ends regardless. */
  readonly deadlineMs?: number;
  readonly host?: Host;
  readonly nowMs?: () => number;
}

/** Ctrl-C reaches a process from the terminal and again from npm, which passes it on: within this time it is one. */
const SAME_SIGNAL_MS = 500;

/**
 * Ends a service once and in order: what was added last is cleaned up first. The first SIGTERM or SIGINT starts it; a
 * second one, or the deadline, ends the process at once.
 */
export class Shutdown {
  readonly #cleanups: { name: string; cleanup: Cleanup }[] = [];
  readonly #logger: Logger | undefined;
  readonly #deadlineMs: number;
  readonly #host: Host;
  readonly #nowMs: () => number;
  readonly #abort = new AbortController();
  #running: Promise<boolean> | undefined;

  constructor({ logger, deadlineMs = 10_000, host = process, nowMs = () => performance.now() }: ShutdownOptions = {}) {
    this.#logger = logger;
    this.#deadlineMs = deadlineMs;
    this.#host = host;
    this.#nowMs = nowMs;
  }

  /** Aborts as soon as the shutdown begins: loops and sleeps listen to it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Adds something to clean up. */
  add(name: string, cleanup: Cleanup): void {
    this.#cleanups.push({ name, cleanup });
  }

  /** Starts the shutdown on SIGTERM and SIGINT. */
  listen(): void {
    let firstMs = -Infinity;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      this.#host.on(signal, () => {
        if (this.#running === undefined) {
          firstMs = this.#nowMs();
          void this.run(signal).then((isClean) => {
            this.#host.exit(isClean ? 0 : 1);
          });
        } else if (this.#nowMs() - firstMs >= SAME_SIGNAL_MS) {
          this.#host.exit(signal === "SIGINT" ? 130 : 143);
        }
      });
    }
  }

  /** Cleans everything up, once; says whether all went well in time. */
  run(reason: string): Promise<boolean> {
    this.#running ??= this.#cleanUpInTime(reason);
    return this.#running;
  }

  async #cleanUpInTime(reason: string): Promise<boolean> {
    this.#logger?.info({ reason }, "shutting down");
    this.#abort.abort();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        this.#logger?.error({ deadlineMs: this.#deadlineMs }, "shutdown took too long");
        resolve(false);
      }, this.#deadlineMs);
    });
    const isClean = await Promise.race([this.#cleanUp(), deadline]);
    clearTimeout(timer);
    if (isClean) this.#logger?.info("shut down");
    return isClean;
  }

  async #cleanUp(): Promise<boolean> {
    let isClean = true;
    for (const { name, cleanup } of this.#cleanups.toReversed()) {
      try {
        await cleanup();
      } catch (error) {
        isClean = false;
        this.#logger?.error({ name, err: error }, "could not clean up");
      }
    }
    return isClean;
  }
}
