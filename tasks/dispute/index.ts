import { noun, reading, writing } from "../lib/define.js";

const CLAIM = {
  market: { description: "Market of the task: dispute, or machine for programs", default: "dispute" },
  task: { description: "Number of the task", required: true },
  attempt: { description: "Attempt whose result is meant, the last one if left out" },
} as const;

export const disputeTasks = noun("dispute", "Check results, contest wrong ones, demand withheld ones", [
  writing({
    name: "open",
    description: "Re-executes a result; if it is wrong, makes the next move against it",
    options: CLAIM,
    action: () => import("./open.js"),
  }),
  reading({
    name: "show",
    description: "Shows a result's claim and the game about it",
    options: CLAIM,
    action: () => import("./show.js"),
  }),
  writing({
    name: "prove",
    description: "Proves in one transaction that a published result is wrong",
    options: {
      ...CLAIM,
      proof: { description: "JSON file of a proof made elsewhere: { target, witness }" },
    },
    action: () => import("./prove.js"),
  }),
  writing({
    name: "demand",
    description: "Demands data that a provider withholds, and ends its claim if it does not show them",
    options: {
      ...CLAIM,
      region: { description: "What to demand, output or input", default: "output" },
      out: { description: "File to write the data into once all are shown" },
    },
    action: () => import("./demand.js"),
  }),
  writing({
    name: "withdraw",
    description: "Takes out the bonds and fees that the game about a claim leaves the account once it has ended",
    options: CLAIM,
    action: () => import("./withdraw.js"),
  }),
]);
