import { type Logger, MillraceError } from "@millrace/sdk";

/** An execution that somebody waits for. */
export interface Hearing {
  /** Of which claim or task it is, for the log. */
  readonly of: Readonly<Record<string, unknown>>;
  /** Last second, by the chain, at which its result is good for something. */
  readonly until: number;
  /** What is lost if it comes too late, MILL. */
  readonly stake: bigint;
  /** How long it takes, as far as that can be told before. */
  readonly seconds: number;
}

/** Thrown when an execution was not begun in time. */
export class MissedError extends MillraceError {
  constructor() {
    super("TIMEOUT", "The time for this execution ended before its turn came.", {
      hint: "Raise maxParallel, or watch with more machines.",
    });
  }
}

type Reckoned = Omit<Hearing, "of">;

interface Entry extends Hearing {
  seconds: number;
  readonly act: (signal: AbortSignal) => Promise<void>;
  readonly reject: (error: unknown) => void;
}

/** An entry as it is reckoned with now. */
type Placed = Reckoned & { readonly entry: Entry };

interface Running {
  readonly entry: Entry;
  readonly startedAt: number;
  readonly stop: AbortController;
}

interface Parts {
  /** Executions at the same time: each holds its data in memory. */
  readonly lanes: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Seconds that have passed since some moment. */
  readonly elapsed?: () => number;
}

/** Part of the last execution in the mean of what they take beyond what was said. */
const NEWEST_PART = 0.2;

/**
 * In which order to execute what waits: by deadline, as then all is in time that can be. Where not all can, what has least
 * at stake for the time that it takes stands back, behind everything that is in time.
 */
export function ranked<Each extends Reckoned>(waiting: readonly Each[], now: number, lanes: number): Each[] {
  const inTime: Each[] = [];
  const behind: Each[] = [];
  let seconds = 0;
  for (const next of waiting.toSorted((a, b) => a.until - b.until)) {
    inTime.push(next);
    seconds += next.seconds;
    while (inTime.length > 0 && now + seconds / lanes > next.until) {
      const least = inTime.reduce((a, b) => (worthOf(b) < worthOf(a) ? b : a));
      inTime.splice(inTime.indexOf(least), 1);
      seconds -= least.seconds;
      behind.push(least);
    }
  }
  return [...inTime, ...behind.sort((a, b) => worthOf(b) - worthOf(a))];
}

/**
 * Decides which executions go on at a time. Whatever waits is only a name: its data are fetched in its turn. One that is
 * under way ends, to begin anew, for one that would be too late otherwise: if it is in time even so, or has less at stake.
 */
export class Docket {
  readonly #waiting = new Set<Entry>();
  readonly #running = new Set<Running>();
  readonly #elapsed: () => number;
  #now = 0;
  /** Mean of the seconds that executions take beyond what was said: hosts that are slow, and kernels. */
  #overhead = 0;

  constructor(private readonly parts: Parts) {
    this.#elapsed = parts.elapsed ?? (() => performance.now() / 1_000);
    parts.signal.addEventListener("abort", () => {
      for (const entry of this.#waiting) this.#drop(entry, new Error("the watcher is stopped"));
    });
  }

  /** Executions that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes note of the time of the chain: what comes too late is given up, and what is urgent by now begins. */
  tick(now: number): void {
    this.#now = now;
    for (const entry of this.#waiting) {
      if (entry.until >= now) continue;
      this.parts.logger.error({ ...entry.of, stake: entry.stake, waiting: this.waiting }, "no time to execute");
      this.#drop(entry, new MissedError());
    }
    // It is told of as missed when it has ended.
    if (this.waiting > 0) for (const { entry, stop } of this.#running) if (entry.until < now) stop.abort();
    this.#fill();
  }

  /**
   * Executes something in its turn. It may be begun more than once.
   * @throws MissedError when its turn does not come in time, and what `act` throws
   */
  run<Result>(hearing: Hearing, act: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { signal } = this.parts;
    return new Promise((resolve, reject) => {
      const entry = {
        ...hearing,
        reject,
        act: async (stop: AbortSignal) => {
          resolve(await act(stop));
        },
      };
      this.#waiting.add(entry);
      if (signal.aborted) this.#drop(entry, new Error("the watcher is stopped"));
      this.#fill();
    });
  }

  #fill(): void {
    const { lanes } = this.parts;
    const waiting = [...this.#waiting].map((entry) => ({ ...this.#reckoned(entry), entry }));
    const queue = ranked(waiting, this.#now, lanes);
    const free = lanes - this.#running.size;
    for (const { entry } of queue.splice(0, free)) this.#start(entry);
    if (queue.length > 0) this.#makeRoom(queue);
  }

  #start(entry: Entry): void {
    const { signal } = this.parts;
    const stop = new AbortController();
    const running = { entry, stop, startedAt: this.#elapsed() };
    this.#waiting.delete(entry);
    this.#running.add(running);
    void entry
      .act(AbortSignal.any([signal, stop.signal]))
      .catch((error: unknown) => {
        if (!stop.signal.aborted || signal.aborted) entry.reject(error);
        else this.#waiting.add(entry);
      })
      .finally(() => {
        this.#running.delete(running);
        if (!stop.signal.aborted) this.#learn(running);
        this.#fill();
      });
  }

  /** Ends what is under way, and can be done later, if one of those that wait would be too late otherwise. */
  #makeRoom(queue: readonly Placed[]): void {
    const running = [...this.#running];
    // A lane that was told to stop is free in a moment.
    if (running.some(({ stop }) => stop.signal.aborted)) return;
    const freeIn = Math.min(...running.map((each) => this.#left(each)));
    let doneAt = this.#now;
    for (const [place, next] of queue.entries()) {
      doneAt += next.seconds / this.parts.lanes;
      if (doneAt > next.until || doneAt + freeIn <= next.until) continue;
      const [last] = running
        .filter((each) => this.#givesWay(each, next, { doneAt, isFirst: place === 0 }))
        .sort((a, b) => b.entry.until - a.entry.until);
      if (last === undefined) continue;
      this.#interrupt(last, next);
      return;
    }
  }

  /** What is due before the next goes on, but for what has taken longer than it was thought to. */
  #givesWay(
    { entry, startedAt }: Running,
    next: Placed,
    { doneAt, isFirst }: { readonly doneAt: number; readonly isFirst: boolean },
  ): boolean {
    const { seconds, until, stake } = this.#reckoned(entry);
    const isTooLong = this.#elapsed() - startedAt > seconds;
    if (until <= next.until && !(isFirst && isTooLong)) return false;
    return doneAt + seconds <= until || stake < next.stake;
  }

  #interrupt({ entry, startedAt, stop }: Running, next: Placed): void {
    this.parts.logger.warn({ ...entry.of, behind: next.entry.of }, "execution stands back for one that is more urgent");
    // What has taken longer than it was thought to will again.
    entry.seconds = Math.max(entry.seconds, 2 * (this.#elapsed() - startedAt));
    stop.abort();
  }

  #learn({ entry, startedAt }: Running): void {
    const beyond = Math.max(0, this.#elapsed() - startedAt - entry.seconds);
    this.#overhead += NEWEST_PART * (beyond - this.#overhead);
  }

  #reckoned({ until, stake, seconds }: Entry): Reckoned {
    return { until, stake, seconds: seconds + this.#overhead };
  }

  /** What has taken longer than it was thought to, takes as long again. */
  #left({ entry, startedAt }: Running): number {
    const taken = this.#elapsed() - startedAt;
    const { seconds } = this.#reckoned(entry);
    return taken < seconds ? seconds - taken : taken;
  }

  #drop(entry: Entry, error: Error): void {
    this.#waiting.delete(entry);
    entry.reject(error);
  }
}

const worthOf = ({ stake, seconds }: Reckoned): number => Number(stake) / seconds;
