import { pathToFileURL } from "node:url";

import { runScript } from "../../scripts/lib/runScript.js";
import { script } from "../../scripts/lib/script.js";
import { wholeNumber } from "../../scripts/lib/wholeNumber.js";
import { documentedGas, READ_GAS } from "./documentedGas.js";
import { foundCase, storeFoundCase } from "./foundCases.js";
import { type FoundCase, gasOf, type Measured, searchWorstGas } from "./gasSearch.js";
import { KERNELS } from "./kernelCases.js";
import { deployKernels } from "./kernelFixture.js";
import { WORST_CASES } from "./worstCases.js";

/** What each function may use. */
export async function allowedGas(name: string, measured: Measured): Promise<bigint> {
  return measured === "compute" ? documentedGas(name) : READ_GAS;
}

/** Where a search begins: what was thought of, and what was found before. */
export function knownCases(name: string, measured: Measured): FoundCase[] {
  const { words, ...case_ } = WORST_CASES[name]!;
  const found = foundCase(name, measured);
  const pool = words.length === 0 ? [0n] : words;
  return [{ case_, pool }, ...(found === undefined ? [] : [found])];
}

async function search(only: string | undefined, generations: number, seed: number): Promise<void> {
  const names = only === undefined ? KERNELS : KERNELS.filter((name) => only.split(",").includes(name));
  const world = await deployKernels(names);
  for (const name of names)
    for (const measured of ["compute", "reads", "first"] as const) {
      // What names ranges is a few sums: a tenth of the search is plenty.
      const rounds = measured === "compute" ? generations : Math.ceil(generations / 10);
      const known = knownCases(name, measured);
      const found = await searchWorstGas(world, name, { generations: rounds, seed, measured, known });
      const before = foundCase(name, measured);
      const again = before === undefined ? undefined : await gasOf(world, name, measured, before);
      if (again === undefined || found.gas >= again) storeFoundCase(name, measured, found);
      const allowed = await allowedGas(name, measured);
      const verdict = found.gas > allowed ? `ABOVE the ${allowed} that it may use` : `of ${allowed}`;
      console.log(`${name}.${measured}: ${found.gas} gas ${verdict}`);
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const command = script(
    "npm run search:gas",
    "Searches for the dearest calls of kernels and keeps them in test/kernels/foundCases.json.",
  )
    .option("--only <kernels>", "some, with commas between")
    .option("--generations <n>", "rounds of a hundred changes each", wholeNumber(), 60)
    .option("--seed <n>", "another start", wholeNumber(0), 1);
  await runScript(command, ({ only, generations, seed }) => search(only, generations, seed));
}
