import { expect } from "chai";
import hre from "hardhat";

import { chunkBond } from "../../../services/node-agent/src/chunks/chunkBond.js";
import { ApprovalDriver, WORK_SECONDS } from "../../market/approvalDriver.js";
import { marketWorld, type World } from "../../market/marketFixture.js";

const connection = await hre.network.create();

async function fixture() {
  return marketWorld(connection);
}

describe("chunkBond", () => {
  let world: World;
  let driver: ApprovalDriver;

  beforeEach(async () => {
    world = await connection.networkHelpers.loadFixture(fixture);
    driver = new ApprovalDriver(connection, world);
  });

  it("should be what an acceptance binds, however many chunks are left", async () => {
    for (const chunks of [5, 2]) {
      const opened = await driver.open(chunks);
      const { taskId, order } = opened;
      for (let delivered = 0; delivered < 2; delivered++) {
        const now = await connection.networkHelpers.time.latest();
        const price = await world.approvals.priceAtDown(order, now + 1);
        const bond = await chunkBond(world, taskId, order, price);
        await driver.accept(opened);
        expect((await world.approvals.taskOf(taskId)).bond, `${chunks - delivered} of ${chunks}`).to.equal(bond);
        await driver.deliver(opened, delivered);
        await driver.pass(WORK_SECONDS + 1);
      }
    }
  });
});
