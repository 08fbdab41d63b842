import { noun, reading, writing } from "../lib/define.js";

export const epochTasks = noun("epoch", "Close epochs and collect what they bring", [
  writing({
    name: "close",
    description: "Closes the next epoch that is over: prices redemptions, burns, emits",
    options: {
      epoch: { description: "Epoch to close, the next one if left out" },
      all: { description: "Close every epoch that is over", flag: true },
      wait: { description: "Wait for the running epoch to end, and close it too", flag: true },
    },
    action: () => import("./close.js"),
  }),
  writing({
    name: "collect",
    description: "Pays an account what closed epochs owe it, and the rewards of its nodes",
    options: {
      account: { description: "Who is paid, the sender if left out; anyone may collect for anyone" },
      attestor: {
        description:
          "URLs of attestors, with commas, for the proofs of the nodes' rewards; without them only work is paid",
      },
    },
    action: () => import("./collect.js"),
  }),
  writing({
    name: "collect-many",
    description: "Pays many accounts what closed epochs owe them for work and redemptions, in one transaction",
    options: { accounts: { description: "Addresses or indices of accounts, with commas; 1 to 64", required: true } },
    action: () => import("./collectMany.js"),
  }),
  writing({
    name: "cancel-pot",
    description: "Burns what nobody can collect of an epoch's pots, such as when no report came; anyone may",
    options: { epoch: { description: "The epoch", required: true } },
    action: () => import("./cancelPot.js"),
  }),
  reading({
    name: "show",
    description: "Shows the clock, the bank and what closed epochs did",
    options: { last: { description: "How many closed epochs to show", default: "5" } },
    action: () => import("./show.js"),
  }),
]);
