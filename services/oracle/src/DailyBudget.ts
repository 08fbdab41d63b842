import { formatEther } from "ethers";

import { MillraceError, type GasBudget } from "@millrace/sdk";

import type { Metrics } from "./Metrics.js";
import type { Store } from "./store/Store.js";

const DAY_MS = 86_400_000;
/** Part of a day that is kept for what cannot wait: one in so many. */
const KEPT_PART = 2n;

/**
 * What may be spent on gas between two midnights (UTC), kept on the disk: a restart does not refill it. Strangers make
 * thousands of things that can wait, and must not use up what reports and proofs are sent with.
 */
export class DailyBudget implements GasBudget {
  constructor(
    private readonly store: Pick<Store, "spend" | "spentOn">,
    private readonly weiPerDay: bigint,
    private readonly metrics: Pick<Metrics, "spentWei">,
    private readonly nowMs: () => number = () => Date.now(),
  ) {}

  reserve(wei: bigint, canWait: boolean): (actualWei: bigint) => void {
    const day = Math.floor(this.nowMs() / DAY_MS);
    const spent = this.store.spentOn(day);
    const most = canWait ? this.weiPerDay / KEPT_PART : this.weiPerDay;
    if (spent + wei > most) {
      const [found, allowed] = [formatEther(spent + wei), formatEther(most)];
      throw new MillraceError("OVER_BUDGET", `Gas of this day could cost ${found}, more than the ${allowed} allowed.`, {
        hint: "Nothing is sent before tomorrow unless gasBudgetPerDay is raised; other members send instead.",
      });
    }
    this.store.spend(day, wei);
    this.show(day);
    return (actualWei) => {
      this.store.spend(day, actualWei - wei);
      this.show(day);
    };
  }

  private show(day: number): void {
    this.metrics.spentWei.set(Number(this.store.spentOn(day)));
  }
}
