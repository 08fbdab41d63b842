import { TensorError } from "../errors.ts";
import { argMax } from "./argMax.ts";
import { bounce } from "./bounce.ts";
import { cameraRays } from "./cameraRays.ts";
import { kernelName } from "./codeHashes.ts";
import { convolution } from "./convolution.ts";
import { convolutionGradient } from "./convolutionGradient.ts";
import { elementwise } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { hashChain } from "./hashChain.ts";
import type { Kernel } from "./Kernel.ts";
import { layerNorm } from "./layerNorm.ts";
import { lookup } from "./lookup.ts";
import { matMul } from "./matMul.ts";
import { nearestHit } from "./nearestHit.ts";
import { pool } from "./pool.ts";
import { poolGradient } from "./poolGradient.ts";
import { random } from "./random.ts";
import { rearrange } from "./rearrange.ts";
import { requantise } from "./requantise.ts";
import { rescale } from "./rescale.ts";
import { shade } from "./shade.ts";
import { shadeRays } from "./shadeRays.ts";
import { softmax } from "./softmax.ts";
import { sum } from "./sum.ts";
import { transpose } from "./transpose.ts";

const kernels: readonly Kernel[] = [
  argMax,
  bounce,
  cameraRays,
  convolution,
  convolutionGradient,
  elementwise,
  gather,
  hashChain,
  layerNorm,
  lookup,
  matMul,
  nearestHit,
  pool,
  poolGradient,
  random,
  rearrange,
  requantise,
  rescale,
  shade,
  shadeRays,
  softmax,
  sum,
  transpose,
];

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
