import type { Traces } from "@millrace/tensor";

/** The last few traces that were asked for, each computed once, however many ask. What fails is forgotten. */
export class TraceCache {
  readonly #traces = new Map<string, Promise<Traces>>();

  constructor(private readonly size: number) {}

  get(name: string, make: () => Promise<Traces>): Promise<Traces> {
    const traces = this.#traces.get(name) ?? make();
    // The last that was asked for is the last to go.
    this.#traces.delete(name);
    this.#traces.set(name, traces);
    traces.catch(() => {
      if (this.#traces.get(name) === traces) this.#traces.delete(name);
    });
    for (const other of [...this.#traces.keys()].slice(0, -this.size)) this.#traces.delete(other);
    return traces;
  }

  forget(name: string): void {
    this.#traces.delete(name);
  }
}
