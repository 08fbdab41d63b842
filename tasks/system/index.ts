import { noun, reading } from "../lib/define.js";

export const systemTasks = noun("system", "The deployment as a whole", [
  reading({
    name: "status",
    description: "Shows the chain, the contracts, the classes and the prices",
    options: { wiring: { description: "Compare who may call whom with what should be", flag: true } },
    action: () => import("./status.js"),
  }),
]);
