import { expect } from "chai";

import { BondBudget } from "../../../services/watcher/src/BondBudget.js";

describe("BondBudget", () => {
  it("should give what is there, and no more", () => {
    const bonds = new BondBudget(10n);
    expect([bonds.take(7n), bonds.take(4n), bonds.take(3n), bonds.take(1n)]).to.deep.equal([true, false, true, false]);
    bonds.putBack(4n);
    expect([bonds.take(5n), bonds.take(4n)]).to.deep.equal([false, true]);
  });

  it("should count what lies in games after a restart, though it is more than the budget by now", () => {
    const bonds = new BondBudget(10n);
    bonds.count(12n);
    expect(bonds.take(1n)).to.equal(false);
    bonds.putBack(12n);
    expect([bonds.take(10n), bonds.take(1n)]).to.deep.equal([true, false]);
  });

  it("should never hold more than the budget, though a bond comes back that it did not see go", () => {
    const bonds = new BondBudget(10n);
    bonds.putBack(5n);
    expect([bonds.take(11n), bonds.take(10n)]).to.deep.equal([false, true]);
  });
});
