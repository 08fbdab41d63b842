import { expect } from "chai";

import { EpochMap } from "../../../services/oracle/src/EpochMap.js";

describe("EpochMap", () => {
  it("should keep what is remembered of the newest epochs, and no more", () => {
    const map = new EpochMap(3, () => new Set<string>());
    for (let epoch = 0; epoch < 1_000; epoch++) map.of(epoch).add(`of ${epoch}`);
    expect(map.all().map((each) => [...each])).to.deep.equal([["of 997"], ["of 998"], ["of 999"]]);
    expect([...map.of(998)], "is still there").to.deep.equal(["of 998"]);
  });

  it("should let nobody push out what is new by asking for what is old", () => {
    const map = new EpochMap(2, () => new Set<string>());
    for (const epoch of [8, 9]) map.of(epoch).add(`of ${epoch}`);
    for (let old = 0; old < 8; old++) expect(map.of(old).size).to.equal(0);
    expect(map.all().map((each) => [...each])).to.deep.equal([["of 8"], ["of 9"]]);
  });
});
