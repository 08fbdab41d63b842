import { expect } from "chai";
import hre from "hardhat";

import { MILL } from "../market/marketFixture.js";
import { TaskDriver } from "../market/taskDriver.js";
import { PARAMETERS } from "../support/deployMillrace.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { time } = connection.networkHelpers;

describe("checker", function () {
  let at: VerbWorld;

  before(async () => {
    at = await verbWorld(connection);
  });

  after(async () => at.dispose());

  const refused = async (line: string, expected: RegExp) => {
    const { code, stderr } = await at.verbs.run(line);
    expect(code, stderr).to.equal(1);
    expect(stderr).to.match(expected);
  };

  it("should take a seat, show it, leave it, and get its bond back after its time", async () => {
    const taken = await at.verbs.json(`checker take --from ${FROM.bob} --yes`);
    expect(taken).to.include({ seatId: 1, bond: String(1_000n * MILL) });
    await refused(`checker take --from ${FROM.stranger} --yes`, /not registered/);
    const seats = async () => (await at.verbs.json("checker seats"))["seats"] as Record<string, unknown>[];
    expect((await seats())[0]).to.include({ account: at.world.bob.address, state: "seated" });
    await at.verbs.json(`checker leave --seat 1 --from ${FROM.bob} --yes`);
    expect((await seats())[0]).to.include({ state: "left" });
    await refused(`checker release --seat 1 --from ${FROM.stranger} --yes`, /bond of seat 1 stays until/);
    await time.increase(PARAMETERS.seatLeaveSeconds);
    const released = await at.verbs.json(`checker release --seat 1 --from ${FROM.stranger} --yes`);
    expect(released).to.include({ account: at.world.bob.address, bond: String(1_000n * MILL) });
    expect((await seats())[0]).to.include({ state: "free" });
    await refused(`checker release --seat 1 --from ${FROM.stranger} --yes`, /Nobody has seat 1/);
    // The free one, named or not, before the list grows.
    expect(await at.verbs.json(`checker take --from ${FROM.bob} --yes`)).to.include({ seatId: 1 });
    await refused(`checker take --seat 1 --from ${FROM.alice} --yes`, /seat/);
    expect(await at.verbs.json(`checker take --from ${FROM.alice} --yes`)).to.include({ seatId: 2 });
  });

  it("should show what a claim waits for, and refuse to settle what was not drawn", async () => {
    const { taskId } = await new TaskDriver(connection, at.world).inStatus("Submitted");
    const claimId = Number((taskId << 8n) | 1n);
    const shown = await at.verbs.json(`checker show --claim ${claimId}`);
    expect(shown).to.deep.include({ claimId, isDrawn: false, isSettled: false, places: [] });
    expect(Number(shown["drawBy"])).to.be.greaterThan(0);
    await refused(`checker settle --claim ${claimId} --from ${FROM.stranger} --yes`, /has no check/);
    await refused(`checker settle --claim 5 --from ${FROM.stranger} --yes`, /no claim 5 in the dispute market/);
    await refused(`checker show --claim ${claimId} --market machine`, /no claim \d+ in the machine market/);
  });
});
