import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { scenario } from "../../scenarios/disputeTraining.js";
import { Story } from "../../scenarios/lib/Story.js";

describe("scenario dispute-training", () => {
  it("corners a corrupted weight update with the whole system, burns the stake and refunds the buyer", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    // The scenario itself throws unless the word that was proven wrong is the one that was tampered with.
    expect(findings["moves"]).to.equal(11);
    expect(findings["gas"]).to.be.below(1_000_000n);
    expect(findings["refunded"]).to.be.above(0n);
    expect(findings["burned"]).to.be.at.least(findings["toBuyer"]);
    expect(findings["changedDigits"]).to.be.above(0);
    for (const picture of ["honest", "corrupted", "difference", "changed"])
      expect(existsSync(join(story.folder, `${picture}.png`)), picture).to.be.true;
    expect(told.join("\n")).to.contain("challenger has the chain recompute lane 6 of the word");
  });
});
