import hre from "hardhat";

import { describeTransitions } from "./claimMarketTransitions.js";
import { marketWorld } from "./marketFixture.js";
import { TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();

describeTransitions("TaskMarket", connection, async () => {
  const world = await marketWorld(connection);
  const driver = new TaskDriver(connection, world);
  return {
    world,
    market: world.tasks,
    inStatus: async (status) => driver.inStatus(status),
    accept: async (opened, nodeId, caller) => driver.accept(opened, false, nodeId, caller),
    submit: async (opened, caller) => driver.submit(opened, caller),
  };
});
