import { expect } from "chai";

import { capacityTimes } from "../../ignition/capacityTimes.js";
import { localParameters } from "../../ignition/localParameters.js";

describe("capacityTimes", () => {
  it("should fit a round, and a choice of when it starts as long as its window, into every epoch", () => {
    for (let epochSeconds = 8; epochSeconds <= 5_000; epochSeconds++) {
      const { drawDelaySeconds, leadSeconds, windowSeconds, openSeconds, reportSeconds } = capacityTimes(epochSeconds);
      const fixed = drawDelaySeconds + leadSeconds + windowSeconds + openSeconds + reportSeconds;
      expect(fixed + windowSeconds, `${epochSeconds}`).to.be.lessThanOrEqual(epochSeconds);
      expect(Math.min(leadSeconds, windowSeconds, openSeconds, reportSeconds)).to.be.greaterThan(0);
    }
  });

  it("should be what parameters/local.json says of the epochs that local chains have by default", () => {
    expect(localParameters()["capacityRules"]).to.include(capacityTimes(40));
  });
});
