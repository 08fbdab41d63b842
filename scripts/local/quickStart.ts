import { fileURLToPath } from "node:url";

/** For children that run Node: starting one is mostly loading. */
export const QUICK_START = {
  /** What was compiled once need not be again. */
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../cache/node-compile-cache", import.meta.url)),
  /** They name their loader themselves; one that the parent was given would be loaded as well. */
  NODE_OPTIONS: undefined,
} as const;
