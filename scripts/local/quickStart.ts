import { fileURLToPath } from "node:url";

/** For children that run Node: starting one is mostly loading. */
export const QUICK_START = {
  /** What was compiled once need not be again. */
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../cache/node-compile-cache", import.meta.url)),
  /** They name their loader themselves, as for a person: one that the parent was given would hide that one is missing. */
  NODE_OPTIONS: undefined,
} as const;
