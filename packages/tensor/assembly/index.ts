export { elementwise, layerNorm, rescale } from "./arithmetic";
export { argMax, requantise, softmax, transpose } from "./elementwise";
export { hashChain, random } from "./hashes";
export { convolution, convolutionGradient } from "./convolution";
export { pool, poolGradient, rearrange, rearrangeScratch, sum } from "./images";
export { hashLeaves as hashLeavesPlainly, hashLevel as hashLevelPlainly } from "./keccak";
export { hashLeaves, hashLevel } from "./keccakTwice";
export { matMul } from "./matMul";
export { cameraScratch, isLinearCamera, nearestHit, shade } from "./rays";
export { bounce, cameraRays, nearestHitOfRays, shadeRays } from "./scene";
export { gather, lookup } from "./tables";

/** First byte of memory that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base;
}
