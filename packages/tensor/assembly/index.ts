export { hashLevel } from "./keccak";

/** First byte of memory that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base;
}
