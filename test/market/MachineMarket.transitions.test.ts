import { Execution } from "@millrace/rv32";
import hre from "hardhat";

import { SORTING } from "../claims/support/runs.js";
import { describeTransitions } from "./claimMarketTransitions.js";
import { MachineDriver } from "./machineDriver.js";
import { marketWorld } from "./marketFixture.js";
import type { Opened } from "./taskDriver.js";
import { bringTo } from "./taskStatuses.js";

const connection = await hre.network.create();

const honest = new Execution(SORTING.program, SORTING.input);
const wrong = new Execution(SORTING.program, SORTING.input, { corrupt: { step: 3_000n, register: 12, xor: 8 } });

describeTransitions("MachineMarket", connection, async () => {
  const world = await marketWorld(connection);
  const driver = new MachineDriver(connection, world);
  const reject = async ({ taskId }: Opened): Promise<void> => {
    const { attempt } = await world.machines.taskOf(taskId);
    const game = await driver.game(await world.machines.claimIdOf(taskId, attempt), { theirs: wrong, honest });
    await game.playOut();
  };
  return {
    world,
    market: world.machines,
    inStatus: async (status) =>
      bringTo(status, connection, {
        market: world.machines.connect(world.buyer),
        open: async (changes) => driver.open(SORTING, changes),
        accept: async (opened, holdsData) => driver.accept(opened, holdsData),
        submit: async (opened) => driver.submit(opened, SORTING, (status === "Rejected" ? wrong : honest).run()),
        reject,
      }),
    accept: async (opened, nodeId, caller) => driver.accept(opened, false, nodeId, caller),
    submit: async (opened, caller) => driver.submit(opened, SORTING, honest.run(), caller),
  };
});
