import { noun, reading } from "../lib/define.js";

export const systemTasks = noun("system", "The deployment as a whole", [
  reading({
    name: "deploy",
    description: "Deploys the protocol to a local chain, wires and seals it, and records it",
    options: {
      name: { description: "Name of the deployment", default: "local" },
      epoch: { description: "Length of an epoch, a multiple of its slots in seconds", default: "40s" },
      slots: { description: "Slots of an epoch, 1 to 240", default: "20" },
    },
    action: () => import("./deploy.js"),
  }),
  reading({
    name: "status",
    description: "Shows the chain, the contracts, the classes and the prices",
    options: { wiring: { description: "Compare who may call whom with what should be", flag: true } },
    action: () => import("./status.js"),
  }),
]);
