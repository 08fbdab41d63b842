import { TensorError } from "../errors.js";
import { argMax } from "./argMax.js";
import { kernelName } from "./codeHashes.js";
import type { Kernel } from "./Kernel.js";
import { matMul } from "./matMul.js";
import { nearestHit } from "./nearestHit.js";
import { requantise } from "./requantise.js";
import { shade } from "./shade.js";
import { softmax } from "./softmax.js";
import { transpose } from "./transpose.js";

const kernels: readonly Kernel[] = [matMul, requantise, transpose, softmax, argMax, nearestHit, shade];

export function kernelByName(name: string): Kernel {
  const kernel = kernels.find((candidate) => candidate.name === name);
  if (kernel === undefined)
    throw new TensorError(
      "UNKNOWN_KERNEL",
      `no kernel ${name}`,
      `known are ${kernels.map((known) => known.name).join(", ")}`,
    );
  return kernel;
}

/** The twin of a kernel contract; programs may name kernels that this executor has not, and then cannot be run here. */
export function kernelByCodeHash(codeHash: string): Kernel {
  const name = kernelName(codeHash);
  if (name === undefined)
    throw new TensorError("UNKNOWN_KERNEL", `no kernel with the code hash ${codeHash}`, "refuse this program");
  return kernelByName(name);
}
