import type { ExecutionWorker, Trace } from "@millrace/rv32";

import type { ClaimedRun } from "../games/RunDefence.js";

/** An execution that has ended, and can say any of its states. */
export interface EndedRun {
  readonly worker: ExecutionWorker;
  readonly trace: Trace;
}

interface Entry {
  readonly started: Promise<ExecutionWorker>;
  readonly ended: Promise<EndedRun>;
  users: number;
}

/**
 * Executions of runs, each in a thread of its own. The last few are kept, as their states are asked for again and again;
 * each holds a machine's memory and snapshots of it, so the others end, and run again when they are asked about.
 */
export class ExecutionPool {
  readonly #entries = new Map<string, Entry>();

  /** @param run - brings an execution to its end, in its turn */
  constructor(
    private readonly size: number,
    private readonly run: (worker: ExecutionWorker) => Promise<Trace> = (worker) => worker.run(),
  ) {}

  /** Does something with a run. It is started if it is not there, and does not end meanwhile. */
  async use<Result>(
    name: string,
    start: () => Promise<ExecutionWorker>,
    act: (run: EndedRun) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.#entries.get(name) ?? this.#add(name, start);
    entry.users += 1;
    try {
      return await act(await entry.ended);
    } finally {
      entry.users -= 1;
      this.#trim();
    }
  }

  /** The states of a run, for whoever plays about it. */
  states(name: string, start: () => Promise<ExecutionWorker>): ClaimedRun {
    return {
      states: (steps) => this.use(name, start, ({ worker }) => worker.states(steps)),
      witness: (step) => this.use(name, start, ({ worker }) => worker.witness(step)),
      region: () => this.use(name, start, ({ worker }) => worker.region()),
    };
  }

  async close(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    await entry?.started.then(
      (worker) => worker.close(),
      () => undefined,
    );
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((name) => this.close(name)));
  }

  /** At once, so that whoever asks meanwhile finds it: each start takes a machine's memory. */
  #add(name: string, start: () => Promise<ExecutionWorker>): Entry {
    const started = start();
    const ended = started.then(async (worker) => ({ worker, trace: await this.run(worker) }));
    const entry: Entry = { started, ended, users: 0 };
    this.#entries.set(name, entry);
    entry.ended.catch(() => {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
    });
    return entry;
  }

  #trim(): void {
    const idle = [...this.#entries].filter(([, { users }]) => users === 0).map(([name]) => name);
    for (const name of idle.slice(0, Math.max(0, this.#entries.size - this.size))) void this.close(name);
  }
}
