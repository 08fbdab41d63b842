import type { Deployment } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

/** Number of a hardware class given by number or by name. */
export function classId({ classes }: Deployment, given: string): number {
  if (/^\d{1,5}$/.test(given)) return Number(given);
  const found = Object.entries(classes).find(([name]) => name.toLowerCase() === given.trim().toLowerCase());
  if (found !== undefined) return found[1];
  throw new MillraceError("BAD_INPUT", `There is no hardware class "${given}".`, {
    hint: `Choose one of ${Object.entries(classes)
      .map(([name, id]) => `${id} (${name})`)
      .join(", ")}.`,
  });
}
