import type { WatcherStore } from "./WatcherStore.js";

/** Money that is spent for good, up to a budget over the life of a database: what is paid for data never comes back. */
export class Purse {
  constructor(
    private readonly store: Pick<WatcherStore, "addSpent" | "spent">,
    private readonly budgetWei: bigint,
  ) {}

  /** Whether anything may be spent at all. */
  get isOpen(): boolean {
    return this.budgetWei > 0n;
  }

  get leftWei(): bigint {
    const left = this.budgetWei - this.store.spent();
    return left > 0n ? left : 0n;
  }

  /** Takes money out before it is sent: whoever is killed in between has spent it. False if there is not enough. */
  take(wei: bigint): boolean {
    if (wei > this.leftWei) return false;
    this.store.addSpent(wei);
    return true;
  }

  /** Puts back what was taken for a transaction that cannot be mined. */
  putBack(wei: bigint): void {
    this.store.addSpent(-wei);
  }
}
