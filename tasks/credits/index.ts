import { noun, reading, writing } from "../lib/define.js";

export const creditsTasks = noun("credits", "Buy credits, prepaid compute", [
  writing({
    name: "buy",
    description: "Burns MILL for credits at the lower of two prices",
    options: {
      mill: { description: "MILL to burn, such as 100", required: true },
      minCredits: { description: "Fewest credits to accept, 1 % below the quote if left out" },
      minCollateral: { description: "Least backing of all credits after the purchase, such as 90%", default: "0%" },
      permit: { description: "Sign a permit instead of sending an approval: one transaction", flag: true },
    },
    action: () => import("./buy.js"),
  }),
  writing({
    name: "redeem",
    description: "Gives free credits up for MILL, at the price of the epoch's close; there is no way back",
    options: { credits: { description: "Credits to redeem, such as 12.5, or all", required: true } },
    action: () => import("./redeem.js"),
  }),
  writing({
    name: "owed",
    description: "Turns MILL that slashes awarded an account into its credits; anyone may",
    options: { account: { description: "The account: address or index, the sender if left out" } },
    action: () => import("./owed.js"),
  }),
  reading({
    name: "balance",
    description: "Shows an account's credits and what it is owed",
    options: { account: { description: "Address, or index of an account of the node", default: "0" } },
    action: () => import("./balance.js"),
  }),
]);
