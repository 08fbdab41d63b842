import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { format, resolveConfig } from "prettier";

import { coverageOf, FAULTS, readFaults, withPlaces } from "./lib/knownFaults.js";

/** Lists where every known fault is covered; fails on one that is not. With `--write` the list says so itself. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
  const faults = readFaults();
  const coverage = coverageOf(faults);
  for (const { id, what } of faults) {
    console.log(`${id}  ${what.padEnd(72)} ${coverage.get(id)?.join(", ") ?? "MISSING"}`);
  }
  const missing = faults.filter(({ id }) => !coverage.has(id));
  console.log(`${faults.length - missing.length} of ${faults.length} are covered`);
  if (values.write) {
    const options = await resolveConfig(FAULTS);
    const page = withPlaces(readFileSync(FAULTS, "utf8"), coverage);
    writeFileSync(FAULTS, await format(page, { ...options, parser: "markdown" }));
    console.log(`written: ${relative(process.cwd(), fileURLToPath(FAULTS))}`);
  }
  process.exitCode = missing.length === 0 ? 0 : 1;
}

await main();
