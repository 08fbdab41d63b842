import { noun, reading, writing } from "../lib/define.js";

const CLAIM = {
  task: { description: "Number of the task", required: true },
  attempt: { description: "Attempt whose result is meant, the last one if left out" },
} as const;

export const disputeTasks = noun("dispute", "Check results, and contest wrong ones", [
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
]);
