import { noun, reading, writing } from "../lib/define.js";

const SEAT = { description: "Number of the seat", required: true } as const;
const CLAIM = {
  claim: { description: "Number of the claim", required: true },
  market: { description: "Market of its task: dispute, or machine for programs", default: "dispute" },
} as const;

export const checkerTasks = noun("checker", "Seats of those who check results, and what was checked", [
  reading({
    name: "seats",
    description: "Shows the seats: whose they are, what answers for them, which are free",
    options: { account: { description: "Only the seats of this account" } },
    action: () => import("./seats.js"),
  }),
  reading({
    name: "show",
    description: "Shows whether a claim was picked, who was drawn for it, and what they did",
    options: CLAIM,
    action: () => import("./show.js"),
  }),
  writing({
    name: "take",
    description: "Takes a seat; its bond comes from the own active stake",
    options: { seat: { description: "A free seat; if left out, the first of them, or a new one if none is" } },
    action: () => import("./take.js"),
  }),
  writing({
    name: "leave",
    description: "Leaves a seat; its bond stays for what it was drawn for",
    options: { seat: SEAT },
    action: () => import("./leave.js"),
  }),
  writing({
    name: "release",
    description: "Returns the bond of a seat that was left long enough ago",
    options: { seat: SEAT },
    action: () => import("./release.js"),
  }),
  writing({
    name: "settle",
    description: "Pays the checkers of a claim whose job was paid, and charges those who were not there",
    options: CLAIM,
    action: () => import("./settle.js"),
  }),
  writing({
    name: "trim",
    description: "Cuts off free seats at the end of the list; anyone may",
    options: { most: { description: "How many at most", default: "100" } },
    action: () => import("./trim.js"),
  }),
  writing({
    name: "burn-surplus",
    description: "Burns what the checkers' pot has above its cap; anyone may",
    action: () => import("./burnSurplus.js"),
  }),
]);
