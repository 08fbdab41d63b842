import { fileURLToPath } from "node:url";

/** For children that run Node: starting one is mostly loading, and what was compiled once need not be again. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../cache/node-compile-cache", import.meta.url)),
} as const;
