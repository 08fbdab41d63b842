import { MillraceError } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";

/** How a part of a report's data is named. */
export interface PartValues {
  readonly epoch: string;
  readonly leaf: string | undefined;
  readonly chunk: string | undefined;
}

/** Order of `IUptimeChallenges.Part`. */
export const LEAF = 0;

/** The part that options name: a leaf or a chunk, not both. */
export function partOf({ leaf, chunk }: PartValues): {
  readonly part: number;
  readonly index: number;
  readonly name: string;
} {
  if ((leaf === undefined) === (chunk === undefined)) {
    throw new MillraceError("BAD_INPUT", "A part is a leaf or a chunk of the data file.", {
      hint: "Give --leaf or --chunk, and its number from 0.",
    });
  }
  const part = leaf === undefined ? 1 : LEAF;
  const option = leaf === undefined ? "chunk" : "leaf";
  const index = parseWhole(leaf ?? chunk ?? "", `--${option}`, 2 ** 32 - 1);
  return { part, index, name: `${option} ${index}` };
}
