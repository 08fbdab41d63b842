import type { Options } from "./Verb.js";

/** For verbs that lock credits. */
export const BUY_OPTION = {
  buy: { description: "MILL to burn for credits in the same transaction, by a signed permit; none if left out" },
} as const satisfies Options;
