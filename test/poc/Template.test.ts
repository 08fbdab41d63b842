import { expect } from "chai";
import hre from "hardhat";

import { checkInvariants } from "../invariants/checks.js";
import { Play } from "../invariants/Play.js";
import { MILL, marketWorld } from "../market/marketFixture.js";

/**
 * Template of a proof of concept: copy this file, replace the middle, run it with
 * `npx hardhat test mocha test/poc/Template.test.ts`.
 *
 * `world` has every contract (`token`, `settlement`, `staking`, `nodes`, `claims`, `uptime`, `tasks`, `leases`, …),
 * wired and sealed, two providers of a node each (`alice`, `bob`), two buyers with credits, a quorum of attestors, a
 * `stranger`. `play.tasking` brings tasks to any status, `play.leasing` hires, closes epochs and posts reports.
 */
describe("Proof of concept", function () {
  it("a stranger takes what is not its own", async function () {
    const connection = await hre.network.create();
    const world = await marketWorld(connection);
    const play = new Play(connection, world);
    const { staking, token, settlement, stranger, challenger } = world;

    // ─── BEFORE ───
    const task = await play.tasking.inStatus("Working");
    const lease = await play.leasing.hire(100);
    expect(await play.leasing.statusOf(lease)).to.equal("Running");
    play.opened.push(task);
    await checkInvariants(play);
    const before = await token.balanceOf(stranger);

    // ─── ATTACK: replace this by yours ───
    await token.transfer(staking, 1_000n * MILL);
    await expect(staking.connect(stranger).unstake(1_000n * MILL)).to.be.revertedWithCustomError(
      staking,
      "StakingRegistry_ActiveTooLow",
    );
    await expect(settlement.connect(stranger).refund(stranger, 1n)).to.be.revertedWithCustomError(
      settlement,
      "Wired_Forbidden",
    );
    await play.pass(200);
    await world.tasks.connect(challenger).release(task.taskId, task.order);

    // ─── AFTER: a finding is what makes one of these fail ───
    expect(await token.balanceOf(stranger), "the stranger gained MILL").to.equal(before);
    await checkInvariants(play);
  });
});
