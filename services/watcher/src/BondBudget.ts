/** What a watcher may have in bonds at a time; they come back when their claims have ended. */
export class BondBudget {
  #leftWei: bigint;

  constructor(private readonly budgetWei: bigint) {
    this.#leftWei = budgetWei;
  }

  /** Takes a bond out before it is sent; false if there is not enough. */
  take(wei: bigint): boolean {
    if (wei > this.#leftWei) return false;
    this.#leftWei -= wei;
    return true;
  }

  /** Counts bonds that lie in a game already: nobody is asked whether they may. */
  count(wei: bigint): void {
    this.#leftWei -= wei;
  }

  /** Puts bonds back that came back, or were not sent. */
  putBack(wei: bigint): void {
    const left = this.#leftWei + wei;
    this.#leftWei = left > this.budgetWei ? this.budgetWei : left;
  }
}
