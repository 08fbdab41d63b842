import { expect } from "chai";
import hre from "hardhat";

import { Story } from "../../scenarios/lib/Story.js";
import { scenario } from "../../scenarios/marketLease.js";

describe("scenario market-lease", () => {
  it("pays a lease to the second through a pause, a close and a dark provider, and closes its books", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    // The scenario itself throws unless every figure of its books equals what the contracts keep.
    expect(findings["servedSeconds"]).to.equal(3_600 + 1_234);
    expect(findings["darkServedSeconds"]).to.equal(3_600 + 1_080);
    expect(findings["slashed"]).to.be.above(0n);
    expect(findings["redeemed"]).to.equal(5n * 10n ** 18n);
    expect(findings["storageWrites"]).to.be.at.most(4);
    expect(findings["acceptGas"]).to.be.below(300_000n);
    expect(told.join("\n")).to.contain("each equal to what the contracts keep");
  });
});
