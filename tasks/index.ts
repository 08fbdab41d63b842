import { attestorTasks } from "./attestor/index.js";
import { capacityTasks } from "./capacity/index.js";
import { channelTasks } from "./channel/index.js";
import { checkerTasks } from "./checker/index.js";
import { creditsTasks } from "./credits/index.js";
import { disputeTasks } from "./dispute/index.js";
import { epochTasks } from "./epoch/index.js";
import { faucetTasks } from "./faucet/index.js";
import { jobTasks } from "./job/index.js";
import { kernelTasks } from "./kernel/index.js";
import { leaseTasks } from "./lease/index.js";
import { nodeTasks } from "./node/index.js";
import { oracleTasks } from "./oracle/index.js";
import { orderTasks } from "./order/index.js";
import { providerTasks } from "./provider/index.js";
import { quoteTasks } from "./quote/index.js";
import { scenarioTasks } from "./scenario/index.js";
import { systemTasks } from "./system/index.js";

/** All commands that Millrace adds to Hardhat. */
export const millraceTasks = [
  ...attestorTasks,
  ...capacityTasks,
  ...channelTasks,
  ...checkerTasks,
  ...creditsTasks,
  ...disputeTasks,
  ...epochTasks,
  ...faucetTasks,
  ...jobTasks,
  ...kernelTasks,
  ...leaseTasks,
  ...nodeTasks,
  ...oracleTasks,
  ...orderTasks,
  ...providerTasks,
  ...quoteTasks,
  ...scenarioTasks,
  ...systemTasks,
];
