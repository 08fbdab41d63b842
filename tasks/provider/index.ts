import { noun, reading, writing } from "../lib/define.js";

export const providerTasks = noun("provider", "Offer hardware: register, stake, leave", [
  writing({
    name: "register",
    description: "Registers the account as a provider",
    options: { metadata: { description: "Free text: name, page, contact; at most 512 bytes", default: "" } },
    action: () => import("./register.js"),
  }),
  writing({
    name: "metadata",
    description: "Replaces what the provider says of itself",
    options: { metadata: { description: "Free text: name, page, contact; at most 512 bytes", required: true } },
    action: () => import("./metadata.js"),
  }),
  writing({
    name: "stake",
    description: "Adds MILL to a provider's active stake",
    options: {
      amount: { description: "MILL to stake, such as 1000", required: true },
      provider: { description: "Provider to stake for: address or index, the account itself if left out" },
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
  writing({
    name: "leave",
    description: "Ends the registration; what is staked can be taken out as before",
    action: () => import("./leave.js"),
  }),
  writing({
    name: "payout",
    description: "Names the account that earnings and rewards are paid to",
    options: { to: { description: "Address or index, or self", required: true } },
    action: () => import("./payout.js"),
  }),
  writing({
    name: "delegate",
    description: "Lends MILL to a provider: weight for it, rewards and slashes with it",
    options: {
      provider: { description: "Its address, or index of an account of the node", required: true },
      amount: { description: "MILL to delegate, 1 or more", required: true },
    },
    action: () => import("./delegate.js"),
  }),
  writing({
    name: "undelegate",
    description: "Takes MILL back from a provider: starts an exit, calls exits off, or withdraws",
    options: {
      provider: { description: "Its address, or index of an account of the node", required: true },
      amount: { description: "MILL that is to leave, or all" },
      cancel: { description: "Call all exits off instead", flag: true },
      withdraw: { description: "Take out what has matured instead", flag: true },
    },
    action: () => import("./undelegate.js"),
  }),
  writing({
    name: "rewards",
    description: "Claims what an account earned with a provider; anybody may, it goes to whom it belongs",
    options: {
      provider: { description: "Its address, or index of an account of the node", required: true },
      account: { description: "Delegator or the provider itself, the sender if left out" },
    },
    action: () => import("./rewards.js"),
  }),
  reading({
    name: "delegation",
    description: "Shows what an account has delegated to a provider",
    options: {
      provider: { description: "Its address, or index of an account of the node", required: true },
      account: { description: "Delegator: address or index", default: "0" },
    },
    action: () => import("./delegation.js"),
  }),
  writing({
    name: "operator",
    description: "Names the account that may work for this one, without moving money",
    options: { operator: { description: "Address or index, or none", required: true } },
    action: () => import("./operator.js"),
  }),
  writing({
    name: "commission",
    description: "Sets what the provider keeps of its delegators' rewards",
    options: { share: { description: "Share, such as 10%", required: true } },
    action: () => import("./commission.js"),
  }),
  reading({
    name: "info",
    description: "Shows a provider's stake, its worst possible loss, its nodes and why they take no work",
    options: { provider: { description: "Its address, or index of an account of the node", default: "0" } },
    action: () => import("./info.js"),
  }),
]);
