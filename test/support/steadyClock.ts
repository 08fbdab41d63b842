import { definePlugin } from "hardhat/plugins";

/** Keeps the clock of the tests' own chain from running on with the machine's; see `steadyClockHooks.ts`. */
export const steadyClock = definePlugin({
  id: "millrace:steady-clock",
  hookHandlers: { network: () => import("./steadyClockHooks.js") },
});
