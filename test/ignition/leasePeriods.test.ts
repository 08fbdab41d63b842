import { expect } from "chai";

import { leasePeriods } from "../../ignition/leasePeriods.js";
import { localParameters } from "../../ignition/localParameters.js";

describe("leasePeriods", () => {
  const local = localParameters()["leasePeriods"] as Record<string, number>;

  it("should be what parameters/local.json says of the slots that local chains have by default", () => {
    expect(leasePeriods(local, { epochSeconds: 40, slotsPerEpoch: 20 })).to.deep.equal(local);
  });

  it("should give notice of a slot at least, and leave the rest", () => {
    const long = leasePeriods(local, { epochSeconds: 86_400, slotsPerEpoch: 240 });
    expect(long).to.deep.equal({ ...local, noticeSeconds: 360 });
  });
});
