import { expect } from "chai";

import { DailyBudget } from "../../../services/oracle/src/DailyBudget.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const DAY_MS = 86_400_000;

describe("DailyBudget", () => {
  it("should allow so much a day and no more, count what it did cost, and not forget with the process", () => {
    const store = new Store(":memory:");
    let nowMs = 10 * DAY_MS + 1;
    const budget = (): DailyBudget => new DailyBudget(store, 100n, new Metrics(), () => nowMs);
    const settle = budget().reserve(80n, false);
    expect(() => budget().reserve(21n, false)).to.throw(/more than the .* allowed/);
    settle(30n);
    // Reserved and never settled, as by a process that was killed: it counts in full.
    budget().reserve(60n, false);
    expect(store.spentOn(10)).to.equal(90n);
    expect(() => budget().reserve(11n, false)).to.throw(/more than the .* allowed/);
    nowMs += DAY_MS;
    budget().reserve(100n, false);
    expect(store.spentOn(11)).to.equal(100n);
    store.close();
  });

  it("should keep half a day for what cannot wait", () => {
    const store = new Store(":memory:");
    const budget = new DailyBudget(store, 101n, new Metrics(), () => DAY_MS);
    budget.reserve(50n, true);
    expect(() => budget.reserve(1n, true)).to.throw(/more than the .* allowed/);
    budget.reserve(51n, false);
    store.close();
  });
});
