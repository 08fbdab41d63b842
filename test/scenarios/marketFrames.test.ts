import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { Story } from "../../scenarios/lib/Story.js";
import { scenario } from "../../scenarios/marketFrames.js";

describe("scenario market-frames", () => {
  it("pays frames for their keys, by word, by silence and in USD, and has the chain decide a picture", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    expect(findings["silentSeconds"]).to.equal(72 * 3_600);
    expect(findings["collectedAt2Usd"]).to.be.above(findings["collectedAt4Usd"]);
    expect(findings["feeBurn"]).to.be.above(0n);
    expect(findings["disputeMoves"]).to.be.at.most(11);
    expect(findings["disputeGas"]).to.be.below(2_000_000n);
    expect(findings["changedPixels"]).to.be.above(50);
    for (const picture of ["film", "preview", "rejected", "resubmitted", "disputed"])
      expect(existsSync(join(story.folder, `${picture}.png`)), picture).to.be.true;
    expect(told.join("\n")).to.contain("each equal to what the contracts keep");
  });
});
