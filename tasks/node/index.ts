import { reading, verbsOf, writing } from "../lib/define.js";

const CONSENT = {
  description:
    "Signature by which the agent's key agrees, as node consent makes it, where the chain's node lacks that key",
} as const;

/** Beside `hardhat node`, which starts a chain. */
export const nodeTasks = verbsOf("node", [
  writing({
    name: "add",
    description: "Adds a node of some units of a hardware class",
    options: {
      class: { description: "Hardware class, by number or name; npx hardhat system status lists them", required: true },
      units: { description: "Units: accelerators, sockets", default: "1" },
      rate: { description: "Ask for one unit, such as 0.36/h or 0.0001/s", required: true },
      minSeconds: { description: "Shortest hire, such as 60s", default: "1" },
      maxSeconds: { description: "Longest hire, such as 30d", default: "30d" },
      kinds: { description: "Work that it takes: lease, task or both", default: "both" },
      agent: {
        description:
          "Key that speaks for the node: address or index of an unlocked account; the account itself if left out",
      },
      consent: CONSENT,
      region: { description: "Where it stands, ISO 3166-2, such as DE-BE", default: "" },
      attributes: { description: "Numbers of the attributes that it claims, such as 0,2", default: "" },
      endpoint: { description: "Where its agent serves results", default: "" },
      metadata: { description: "Free text", default: "" },
    },
    action: () => import("./add.js"),
  }),
  writing({
    name: "agent",
    description: "Lets a node speak through another key from the next epoch on",
    options: {
      node: { description: "Number of the node", required: true },
      agent: { description: "The new key: address or index of an unlocked account", required: true },
      consent: CONSENT,
    },
    action: () => import("./agent.js"),
  }),
  reading({
    name: "consent",
    description: "Signs, with an agent's key, that it speaks for a provider's nodes; sends nothing to the chain",
    options: {
      provider: { description: "The provider: address or index", required: true },
      from: { description: "The agent's key: address or index of an account of the node or the network's config" },
    },
    action: () => import("./consent.js"),
  }),
  writing({
    name: "details",
    description: "Replaces what a node says of itself; what is not given stays",
    options: {
      node: { description: "Number of the node", required: true },
      region: { description: "Where it stands, ISO 3166-2, such as DE-BE; empty for anywhere" },
      attributes: { description: "Numbers of the attributes that it claims, such as 0,2; empty for none" },
      endpoint: { description: "Where its agent serves results" },
      metadata: { description: "Free text" },
    },
    action: () => import("./details.js"),
  }),
  writing({
    name: "ask",
    description: "Replaces a node's price list; what is hired keeps its price",
    options: {
      node: { description: "Number of the node", required: true },
      rate: { description: "Ask for one unit, such as 0.36/h or 0.0001/s" },
      minSeconds: { description: "Shortest hire" },
      maxSeconds: { description: "Longest hire" },
      kinds: { description: "Work that it takes: lease, task or both" },
    },
    action: () => import("./ask.js"),
  }),
  writing({
    name: "pause",
    description: "Takes a node out of the market for a while, or offers it again",
    options: {
      node: { description: "Number of the node", required: true },
      end: { description: "Offer it again instead", flag: true },
    },
    action: () => import("./pause.js"),
  }),
  writing({
    name: "retire",
    description: "Takes a node out of the market for good, with its last hire",
    options: { node: { description: "Number of the node", required: true } },
    action: () => import("./retire.js"),
  }),
  writing({
    name: "refresh",
    description: "Brings the stake that a node needs up to date with its class; anyone may",
    options: { node: { description: "Number of the node", required: true } },
    action: () => import("./refresh.js"),
  }),
  writing({
    name: "maintenance",
    description: "Announces a maintenance window, calls the last one off, or lists them",
    options: {
      node: { description: "Number of the node", required: true },
      in: { description: "When it begins, counted from now, such as 25h" },
      length: { description: "How long it lasts, such as 30m" },
      cancel: { description: "Call the last window off instead", flag: true },
    },
    action: () => import("./maintenance.js"),
  }),
  writing({
    name: "inspect",
    description: "As an inspector: confirms attributes of a node, or takes the word back",
    options: {
      node: { description: "Number of the node", required: true },
      attributes: { description: "Numbers of the attributes, such as 0,2" },
      expires: { description: "How long the word counts", default: "90d" },
      revoke: { description: "Take the word back instead", flag: true },
    },
    action: () => import("./inspect.js"),
  }),
  reading({
    name: "list",
    description: "Lists nodes, their asks and what state they are in",
    options: {
      provider: { description: "Only those of this provider: address or index" },
      class: { description: "Only those of this class: number or name" },
    },
    action: () => import("./list.js"),
  }),
]);
