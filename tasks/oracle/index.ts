import { noun, reading } from "../lib/define.js";

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
      attestor: { description: "URL of an attestor that serves the report's leaves" },
    },
    action: () => import("./report.js"),
  }),
  reading({
    name: "verify",
    description: "Computes the report of an epoch's data file and compares it with the one on chain",
    options: { file: { description: "Data file, as attestors serve it", required: true } },
    action: () => import("./verify.js"),
  }),
]);
