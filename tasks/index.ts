import { providerTasks } from "./provider/index.js";

/** All commands that Millrace adds to Hardhat. */
export const millraceTasks = [...providerTasks];
