import { command } from "../lib/define.js";

export const faucetTasks = [
  command({
    name: "faucet",
    description: "Gives an account MILL and coin for gas, on a local chain only",
    options: {
      to: { description: "Who gets it: address or index of an account of the node", required: true },
      mill: { description: "MILL to give", default: "10000" },
      eth: { description: "Coin to give, such as 1", default: "0" },
    },
    action: () => import("./faucet.js"),
  }),
];
