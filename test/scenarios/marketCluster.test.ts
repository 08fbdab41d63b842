import { expect } from "chai";
import hre from "hardhat";

import { Story } from "../../scenarios/lib/Story.js";
import { scenario } from "../../scenarios/marketCluster.js";

describe("scenario market-cluster", () => {
  it("begins a cluster whole or not at all, without the node that failed its proof, and relists a lost seat", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    expect(findings["passed"]).to.equal(4);
    expect(findings["capacitySlashed"]).to.equal(320n * 10n ** 18n);
    expect(findings["waitPaid"]).to.be.above(0n);
    expect(findings["seatSlashed"]).to.be.above(0n);
    expect(findings["servedSeconds"]).to.be.within(28_000, 3 * 3 * 3_600);
    const text = told.join("\n");
    expect(text).to.contain("each cell of both tables is a sum over logs");
    expect(text).to.match(/phone-farm +8 +0 +1 +0 +0 +0 +320/);
  });
});
