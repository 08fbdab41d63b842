import { expect } from "chai";
import hre from "hardhat";

import { Story } from "../../scenarios/lib/Story.js";
import { scenario } from "../../scenarios/marketPromisedUptime.js";

describe("scenario market-promised-uptime", () => {
  it("compensates the buyer for a broken promise, and slashes exactly the attestors who covered it up", async () => {
    const told: string[] = [];
    const story = new Story(scenario.name, scenario.title, (line) => told.push(line));
    const findings = await scenario.run(hre, story);
    // The scenario itself throws if an honest attestor loses anything.
    expect(findings["attestorsSlashed"]).to.equal(400n * 10n ** 18n);
    expect(findings["challengerReward"]).to.equal(120n * 10n ** 18n);
    expect(findings["refunded"]).to.equal(1_620n * 2n * 10n ** 15n);
    expect(findings["compensation"]).to.equal((900n * 2n * 10n ** 15n * 4n) / 5n);
    expect(told.join("\n")).to.contain("do not count against the promise");
  });
});
