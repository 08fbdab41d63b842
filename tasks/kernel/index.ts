import { noun, writing } from "../lib/define.js";

export const kernelTasks = noun("kernel", "Operations that programs may name", [
  writing({
    name: "admit",
    description: "Has the code of a kernel scanned, and admits it for good; anyone may",
    options: { kernel: { description: "Address of the contract", required: true } },
    action: () => import("./admit.js"),
  }),
]);
