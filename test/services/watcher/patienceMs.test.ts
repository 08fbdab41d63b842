import { expect } from "chai";

import { patienceMs } from "../../../services/watcher/src/patienceMs.js";

describe("patienceMs", () => {
  it("should double each time, up to a minute", () => {
    expect([0, 1, 2, 30].map((failures) => patienceMs(500, failures, 86_400))).to.deep.equal([
      500, 1_000, 2_000, 60_000,
    ]);
  });

  it("should leave time for more tries, and never ask faster than the chain", () => {
    expect(patienceMs(500, 30, 80)).to.equal(10_000);
    expect(patienceMs(500, 30, -5)).to.equal(500);
  });
});
