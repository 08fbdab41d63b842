import type { Bundle, Traces } from "@millrace/tensor";

/** The last few honest executions by program and input: a relisted task is not executed again. */
export class TraceCache {
  readonly #entries = new Map<string, Promise<Traces>>();

  constructor(private readonly size: number) {}

  /** The traces of a bundle, from `execute` unless they are known. A failed execution is forgotten. */
  get({ program }: Bundle, inputRoot: string, execute: () => Promise<Traces>): Promise<Traces> {
    const key = `${program.hash}:${inputRoot}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const traces = execute();
    this.#entries.set(key, traces);
    traces.catch(() => this.#entries.delete(key));
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.size && oldest !== undefined) this.#entries.delete(oldest);
    return traces;
  }
}
