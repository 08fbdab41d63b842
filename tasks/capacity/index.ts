import { noun, reading, writing } from "../lib/define.js";

const EPOCH = { description: "Epoch; the current one if left out" } as const;

export const capacityTasks = noun("capacity", "Is the hardware there: rounds, challenges, silence", [
  reading({
    name: "status",
    description: "Shows the round of an epoch: its times, its phase, how much stake answered, who is picked",
    options: { epoch: EPOCH },
    action: () => import("./status.js"),
  }),
  reading({
    name: "show",
    description: "Shows what a node had to do in an epoch, what it did, and whether its points count",
    options: { node: { description: "Number of the node", required: true }, epoch: EPOCH },
    action: () => import("./show.js"),
  }),
  reading({
    name: "size",
    description: "Measures this machine, and says what challenge would keep it busy for half of the window",
    options: { threads: { description: "Threads that multiply, or all", default: "all" } },
    action: () => import("./size.js"),
  }),
  writing({
    name: "record",
    description: "Records the values of the beacon that the current round needs and has not got",
    action: () => import("./record.js"),
  }),
  writing({
    name: "silence",
    description: "Reports picked nodes that did not open, while the current round takes reports",
    options: { node: { description: "Number of a node; all that were silent if left out" } },
    action: () => import("./silence.js"),
  }),
  writing({
    name: "strike",
    description: "Counts a reported silence of a round that is over against the node",
    options: {
      node: { description: "Number of the node", required: true },
      epoch: { description: "Epoch of the round", required: true },
    },
    action: () => import("./strike.js"),
  }),
  writing({
    name: "outage",
    description: "Shows that the sequencer went down or came back during the current round, which is void then",
    options: { round: { description: "Round of the sequencer's feed that says so", required: true } },
    action: () => import("./outage.js"),
  }),
]);
