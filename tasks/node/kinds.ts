import { MillraceError } from "@millrace/sdk";

const KINDS: Readonly<Record<string, number>> = { lease: 1, task: 2, both: 3 };

/** Bits of the kinds of work that a node takes. */
export function parseKinds(text: string): number {
  const kinds = KINDS[text.trim().toLowerCase()];
  if (kinds !== undefined) return kinds;
  throw new MillraceError("BAD_INPUT", `--kinds is "${text}".`, { hint: "Write lease, task or both." });
}
