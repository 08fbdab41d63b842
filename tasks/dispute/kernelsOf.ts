import { type Kernels, kernelPathsSchema, loadKernels } from "@millrace/jobs";

import type { Session } from "../lib/Session.js";

/** The kernels that a command knows: this repository's, and those of the modules that MILLRACE_KERNELS names. */
export function kernelsOf({ environment }: Session): Promise<Kernels> {
  return loadKernels(kernelPathsSchema.parse(environment.kernels));
}
