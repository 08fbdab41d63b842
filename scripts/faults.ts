import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import { format, resolveConfig } from "prettier";

import { runScript } from "./lib/runScript.js";
import { script } from "./lib/script.js";
import { coverageOf, FAULTS, readFaults, withPlaces } from "./lib/knownFaults.js";

const SCRIPT = script("npm run faults", "Lists where every known fault is covered; fails on one that is not.").option(
  "--write",
  "write the places into docs/known-faults.md",
);

async function main({ write }: ReturnType<typeof SCRIPT.opts>): Promise<number> {
  const faults = readFaults();
  const coverage = coverageOf(faults);
  for (const { id, what } of faults) {
    console.log(`${id}  ${what.padEnd(72)} ${coverage.get(id)?.join(", ") ?? "MISSING"}`);
  }
  const missing = faults.filter(({ id }) => !coverage.has(id));
  console.log(`${faults.length - missing.length} of ${faults.length} are covered`);
  if (write === true) {
    const options = await resolveConfig(FAULTS);
    const page = withPlaces(readFileSync(FAULTS, "utf8"), coverage);
    writeFileSync(FAULTS, await format(page, { ...options, parser: "markdown" }));
    console.log(`written: ${relative(process.cwd(), fileURLToPath(FAULTS))}`);
  }
  return missing.length === 0 ? 0 : 1;
}

await runScript(SCRIPT, main);
