import { expect } from "chai";
import hre from "hardhat";

import { scenario } from "../../scenarios/disputeRv32.js";
import { Story } from "../../scenarios/lib/Story.js";

describe("scenario dispute-rv32", () => {
  it("corners a corrupted instruction, has the chain do it again, and gives the buyer its escrow back", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    // The scenario itself throws unless the step that was proven wrong is the one that was corrupted.
    expect(findings["gas"]).to.be.below(900_000);
    expect(findings["refunded"]).to.be.above(0n);
    expect(told.join("\n")).to.contain("the chain does step 4710 itself");
  });
});
