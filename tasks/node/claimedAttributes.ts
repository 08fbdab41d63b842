import { parseAttributes } from "../lib/inputs.js";

/** Attributes that a node claims, as a bitmap; an empty text is none. */
export function claimedAttributes(text: string): bigint {
  return text === "" ? 0n : parseAttributes(text, "--attributes");
}
