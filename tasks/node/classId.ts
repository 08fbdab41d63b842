import { MillraceError } from "@millrace/sdk";

import type { Protocol } from "../lib/Session.js";

/** Number of a hardware class given by number or by name. @throws MillraceError BAD_INPUT when there is none */
export async function classId({ contracts, deployment }: Protocol, given: string): Promise<number> {
  const { classes } = deployment;
  const text = given.trim();
  // Governance adds classes after the record was written: numbers are the catalogue's.
  if (/^\d{1,5}$/.test(text) && (await isListed(Number(text)))) return Number(text);
  const found = Object.entries(classes).find(([name]) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found[1];
  throw new MillraceError("BAD_INPUT", `There is no hardware class "${given}".`, {
    hint: `Choose one of ${Object.entries(classes)
      .map(([name, id]) => `${id} (${name})`)
      .join(", ")}.`,
  });

  async function isListed(id: number): Promise<boolean> {
    return id > 0 && BigInt(id) <= (await contracts.catalog.classCount());
  }
}
