import { creditsTasks } from "./credits/index.js";
import { epochTasks } from "./epoch/index.js";
import { faucetTasks } from "./faucet/index.js";
import { nodeTasks } from "./node/index.js";
import { providerTasks } from "./provider/index.js";
import { systemTasks } from "./system/index.js";

/** All commands that Millrace adds to Hardhat. */
export const millraceTasks = [
  ...creditsTasks,
  ...epochTasks,
  ...faucetTasks,
  ...nodeTasks,
  ...providerTasks,
  ...systemTasks,
];
