/** Bytes that must have come for each second beyond the first patience: 16 Mbit/s. */
const BYTES_PER_SECOND = 2 * 2 ** 20;

/**
 * How long an answer is waited for: a time for it to begin, and one more second for every two mebibytes that come. With
 * a million nodes an observation has 32 MB, which no fixed time fits that also gets rid of who says nothing.
 */
export class Patience {
  readonly #ended = new AbortController();
  readonly #beganMs = performance.now();
  #timer: NodeJS.Timeout;

  constructor(private readonly timeoutMs: number) {
    this.#timer = this.#until(timeoutMs);
  }

  /** Aborted when it has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Waits longer for what keeps coming. */
  extend(bytes: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#until(this.timeoutMs + (1_000 * bytes) / BYTES_PER_SECOND);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #until(ms: number): NodeJS.Timeout {
    const end = (): void => {
      this.#ended.abort(new DOMException("the answer is too slow", "TimeoutError"));
    };
    return setTimeout(end, Math.max(0, this.#beganMs + ms - performance.now()));
  }
}
