import { noun, reading, writing } from "../lib/define.js";
import { BUY_OPTION } from "../lib/purchaseOption.js";

export const quoteTasks = noun("quote", "Sign offers of a node off chain, and take them", [
  reading({
    name: "sign",
    description: "Signs, as the provider or its operator, an offer of a node; sends nothing to the chain",
    options: {
      node: { description: "Number of the node", required: true },
      units: { description: "Units that it gives in all", default: "1" },
      minUnits: { description: "Least units to take at once", default: "1" },
      rate: { description: "Asked for one unit, such as 0.5/h", required: true },
      minSeconds: { description: "Shortest lease", default: "10m" },
      maxSeconds: { description: "Longest lease", default: "30d" },
      buyer: { description: "Who may take it: address or index, anyone if left out" },
      bond: { description: "MILL that is bonded for each unit", default: "0" },
      uptime: { description: "Uptime that is promised, such as 99%", default: "0%" },
      penalty: { description: "Part of the pay of seconds missed beyond it that the bond pays", default: "100%" },
      dark: { description: "Slots down in a row that are abandonment, 0 for none", default: "0" },
      nonce: { description: "Number to cancel it by", default: "0" },
      expires: { description: "Time in which it can be taken", default: "1h" },
      out: { description: "File to write it into", default: "quote.json" },
      from: { description: "Account to sign with: address or index of an account of the node or the network's config" },
    },
    action: () => import("./sign.js"),
  }),
  writing({
    name: "take",
    description: "Takes a signed offer: a lease at its terms",
    options: {
      quote: { description: "File that quote sign wrote", required: true },
      units: { description: "Units to take", default: "1" },
      seconds: { description: "Time to pay ahead, such as 10m", required: true },
      ...BUY_OPTION,
    },
    action: () => import("./take.js"),
  }),
  writing({
    name: "cancel",
    description: "Cancels all offers of a nonce, for ever",
    options: {
      nonce: { description: "Number that the offers were signed with", required: true },
      provider: { description: "The provider: address or index, the account itself if left out" },
    },
    action: () => import("./cancel.js"),
  }),
]);
