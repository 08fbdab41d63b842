import { noun, reading, writing } from "../lib/define.js";

const SLOT = {
  epoch: { description: "Epoch of the report", required: true },
  node: { description: "Number of the node", required: true },
  slot: { description: "Slot of the epoch, from 0", required: true },
} as const;
const PART = {
  epoch: { description: "Epoch of the report", required: true },
  leaf: { description: "Index of a leaf, from 0" },
  chunk: { description: "Number of a chunk of the data file, from 0" },
} as const;
const ATTESTORS = {
  description: "URLs of attestors that give receipts, with commas between them",
  required: true,
} as const;
const FILE = {
  description: "Data file of the report, as attestors serve it at /epochs/<epoch>/data",
  required: true,
} as const;

export const oracleTasks = noun("oracle", "Who was up: attestors and their reports", [
  reading({
    name: "status",
    description: "Shows the attestors, the quorum and the latest reports",
    options: { last: { description: "How many epochs to show", default: "5" } },
    action: () => import("./status.js"),
  }),
  reading({
    name: "report",
    description: "Shows the report of an epoch, and with --attestor a node's uptime in it",
    options: {
      epoch: { description: "Epoch", required: true },
      node: { description: "Number of a node" },
      attestor: { description: "URLs of attestors that serve the report's leaves, with commas between them" },
    },
    action: () => import("./report.js"),
  }),
  reading({
    name: "verify",
    description: "Computes the report of an epoch's data file and compares it with the one on chain",
    options: { file: { ...FILE, positional: "dataFile" } },
    action: () => import("./verify.js"),
  }),
  writing({
    name: "challenge",
    description: "Challenges a slot that a report has up; the bond is lost if it can be shown",
    options: {
      ...SLOT,
      attestor: { description: "URLs of attestors that serve the leaf, with commas between them", required: true },
    },
    action: () => import("./challenge.js"),
  }),
  writing({
    name: "answer",
    description: "Answers a challenge with a heartbeat and receipts, for its bond",
    options: { ...SLOT, attestor: ATTESTORS },
    action: () => import("./answer.js"),
  }),
  writing({
    name: "clear",
    description: "Clears a challenged slot that nobody showed in time",
    options: SLOT,
    action: () => import("./clear.js"),
  }),
  writing({
    name: "convict",
    description: "Takes attestors to account that had a cleared slot up and showed nothing",
    options: { ...SLOT, file: FILE },
    action: () => import("./convict.js"),
  }),
  writing({
    name: "restore",
    description: "Restores a slot that a report has down, with receipts of enough attestors",
    options: { ...SLOT, attestor: ATTESTORS },
    action: () => import("./restore.js"),
  }),
  writing({
    name: "correct",
    description: "Settles the corrections of a node in a report that is final",
    options: { epoch: SLOT.epoch, node: SLOT.node },
    action: () => import("./correct.js"),
  }),
  writing({
    name: "demand",
    description: "Demands that a leaf or a chunk of a report is shown on chain, for a fee",
    options: PART,
    action: () => import("./demand.js"),
  }),
  writing({
    name: "show",
    description: "Shows a leaf or a chunk that was demanded, for its fee",
    options: { ...PART, file: FILE },
    action: () => import("./show.js"),
  }),
  writing({
    name: "void",
    description: "Voids a report of which a demanded part was not shown in time",
    options: PART,
    action: () => import("./void.js"),
  }),
  writing({
    name: "return",
    description: "Gives back the fee of a demand whose report fell before it was answered",
    options: PART,
    action: () => import("./returnFee.js"),
  }),
  writing({
    name: "prove",
    description: "Sends a proof of a contradiction or of false arithmetic to UptimeProofs",
    options: { file: { description: "JSON file with the function and its arguments", required: true } },
    action: () => import("./prove.js"),
  }),
  writing({
    name: "receipts",
    description: "Shows receipts of slots on chain, for leases of an epoch without a report",
    options: {
      epoch: { description: "The epoch", required: true },
      node: SLOT.node,
      slots: { description: "Slots from 0, with commas between them", required: true },
      attestor: ATTESTORS,
    },
    action: () => import("./receipts.js"),
  }),
  writing({
    name: "withdraw",
    description: "Pays out what an account has won or got back in challenges and demands",
    options: { account: { description: "Whom to pay: address or index, the sender if left out" } },
    action: () => import("./withdraw.js"),
  }),
]);
