export {
  type Challenge,
  depthOf,
  type Entry,
  entryAt,
  multiplyAdds,
  type Opening,
  productLog2,
  rowNumber,
} from "./Challenge.ts";
export { CapacityWorkerError, computeOpenings, computeRoots, type WorkerOptions } from "./inWorkers.ts";
export { openEntries } from "./openEntries.ts";
export { ProductEngine } from "./ProductEngine.ts";
export { ResultTree } from "./ResultTree.ts";
export { rootsOf } from "./rootsOf.ts";
