import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { scenario } from "../../scenarios/disputeRender.js";
import { Story } from "../../scenarios/lib/Story.js";

describe("scenario dispute-render", () => {
  it("corners a picture without shadows at one pixel with the whole system", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    // The scenario itself throws unless the word that was proven wrong is a hit of a ray towards the lamp.
    expect(findings["moves"]).to.be.at.most(11);
    expect(findings["gas"]).to.be.below(1_600_000n);
    expect(findings["refunded"]).to.be.above(0n);
    expect(findings["burned"]).to.be.at.least(findings["toBuyer"]);
    expect(findings["changedPixels"]).to.be.within(1_000, 15_000);
    for (const picture of ["honest", "corrupted", "difference", "pixel"])
      expect(existsSync(join(story.folder, `${picture}.png`)), picture).to.be.true;
    expect(told.join("\n")).to.contain("lies in the shadow");
  });
});
