import { type Control, PAGE_BYTES, type WasmMachine } from "../WasmMachine.ts";

interface Snapshot {
  readonly control: Control;
  /** Pages that changed since the snapshot before, or since the start. */
  readonly pages: Map<number, Uint8Array>;
}

/** States to go back to: each holds only what changed since the one before. */
export class Snapshots {
  readonly #budgetBytes: number;
  #list: Snapshot[] = [];

  /** @param budgetBytes - of pages; above it every second snapshot is given up, and going back takes more steps */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** Adds a machine's state, which must be later than all that are here. */
  add(machine: WasmMachine): void {
    this.#list.push({ control: machine.control, pages: machine.takeTouched() });
    while (this.#bytes() > this.#budgetBytes && this.#list.length > 0) this.thin(2);
  }

  /** Keeps each n-th snapshot, and none after the last of them. */
  thin(n: number): void {
    const kept: Snapshot[] = [];
    for (let i = 0; i + n <= this.#list.length; i += n) {
      const group = this.#list.slice(i, i + n);
      const last = group.at(-1);
      if (last === undefined) break;
      const pages = new Map<number, Uint8Array>();
      for (const snapshot of group) for (const [page, bytes] of snapshot.pages) pages.set(page, bytes);
      kept.push({ control: last.control, pages });
    }
    this.#list = kept;
  }

  /** Steps of the last state that is not after a step; 0, the start, if there is none. */
  latestBefore(step: bigint): bigint {
    return this.#list.findLast(({ control }) => control.steps <= step)?.control.steps ?? 0n;
  }

  /** Brings a machine that was just started to the last state that is not after a step. */
  restore(machine: WasmMachine, step: bigint): void {
    let control: Control | undefined;
    for (const snapshot of this.#list) {
      if (snapshot.control.steps > step) break;
      for (const [page, bytes] of snapshot.pages) machine.write(page * PAGE_BYTES, bytes);
      ({ control } = snapshot);
    }
    if (control !== undefined) machine.control = control;
  }

  #bytes(): number {
    return this.#list.reduce((sum, { pages }) => sum + pages.size * PAGE_BYTES, 0);
  }
}
