import { existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import type { Fact } from "../../scripts/report/Report.js";

const schema = z.object({
  startedAt: z.string(),
  facts: z.array(
    z.object({
      id: z.string(),
      value: z.union([z.number(), z.boolean(), z.string()]),
      unit: z.string(),
      what: z.string(),
      source: z.string(),
    }),
  ),
});

/** What another command measured last, with when in its source; nothing when it was never run here. */
export function readFacts(name: string, command: string): Fact[] {
  const file = new URL(`../../reports/${name}.json`, import.meta.url);
  if (!existsSync(file)) return [];
  const { startedAt, facts } = schema.parse(JSON.parse(readFileSync(file, "utf8")));
  return facts.map((fact) => ({ ...fact, source: `${command} of ${startedAt}; ${fact.source}` }));
}
