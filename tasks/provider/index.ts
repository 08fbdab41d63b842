import { noun, reading, writing } from "../lib/define.js";

export const providerTasks = noun("provider", "Offer hardware: register, stake, leave", [
  writing({
    name: "register",
    description: "Registers the account as a provider",
    options: { metadata: { description: "Free text: name, page, contact; at most 512 bytes", default: "" } },
    action: () => import("./register.js"),
  }),
  writing({
    name: "stake",
    description: "Adds MILL to a provider's active stake",
    options: {
      amount: { description: "MILL to stake, such as 1000", required: true },
      provider: { description: "Provider to stake for, the account itself if left out" },
    },
    action: () => import("./stake.js"),
  }),
  writing({
    name: "unstake",
    description: "Starts to thaw part of the active stake",
    options: {
      amount: { description: "MILL to thaw" },
      cancel: { description: "Number of a thaw to return to the active stake instead" },
    },
    action: () => import("./unstake.js"),
  }),
  writing({
    name: "withdraw",
    description: "Takes out the stake that has thawed",
    action: () => import("./withdraw.js"),
  }),
  reading({
    name: "info",
    description: "Shows a provider's stake, thaws, nodes and earnings",
    options: { provider: { description: "Its address, or index of an account of the node", default: "0" } },
    action: () => import("./info.js"),
  }),
]);
