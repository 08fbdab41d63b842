export { argMax, requantise, softmax, transpose } from "./elementwise";
export { hashLevel } from "./keccak";
export { matMul } from "./matMul";
export { cameraScratch, isLinearCamera, nearestHit, shade } from "./rays";

/** First byte of memory that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base;
}
