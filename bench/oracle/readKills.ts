import { existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import type { Report } from "../../scripts/report/Report.js";

const FILE = new URL("../../reports/oracle-kills.json", import.meta.url);

const schema = z.object({
  startedAt: z.string(),
  facts: z.array(z.object({ id: z.string(), value: z.number() })),
});

/** Takes over what `npm run test:oracle` measured last; nothing when it was never run. */
export function readKills(report: Report): void {
  if (!existsSync(FILE)) return;
  const { startedAt, facts } = schema.parse(JSON.parse(readFileSync(FILE, "utf8")));
  const source = `npm run test:oracle of ${startedAt}`;
  const valueOf = (id: string): number | undefined => facts.find((fact) => fact.id === id)?.value;
  const add = (id: string, what: string): void => {
    const value = valueOf(id);
    if (value !== undefined) report.add({ id, value, unit: "count", what, source });
  };
  add("oracle.kills.survived", "processes killed at a random moment and started again");
  add("oracle.double-signatures", "statements that exclude each other, in all databases after that");
}
