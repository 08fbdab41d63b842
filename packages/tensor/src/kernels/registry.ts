import { argMax } from "./argMax.ts";
import { bounce } from "./bounce.ts";
import { cameraRays } from "./cameraRays.ts";
import { kernelCodeHashes } from "./codeHashes.ts";
import { convolution } from "./convolution.ts";
import { convolutionGradient } from "./convolutionGradient.ts";
import { elementwise } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { hashChain } from "./hashChain.ts";
import type { Kernel } from "./Kernel.ts";
import { KernelSet } from "./KernelSet.ts";
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

/** The kernels of this repository. */
export const ownKernels = new KernelSet(
  kernels.flatMap((kernel) => {
    const codeHash = kernelCodeHashes()[kernel.name];
    // While contracts are being written, a twin may be there before the build has seen its contract.
    return codeHash === undefined ? [] : [{ kernel, codeHash }];
  }),
);

export function kernelByName(name: string): Kernel {
  return ownKernels.byName(name).kernel;
}
