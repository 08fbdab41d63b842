import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { documentedGas, READ_GAS } from "./documentedGas.js";
import { foundCase, storeFoundCase } from "./foundCases.js";
import { type FoundCase, gasOf, type Measured, searchWorstGas } from "./gasSearch.js";
import { KERNELS } from "./kernelCases.js";
import { deployKernels } from "./kernelFixture.js";
import { WORST_CASES } from "./worstCases.js";

const HELP = `Searches for the dearest calls of kernels and keeps them in test/kernels/foundCases.json.

  --only <kernels>     some, with commas between
  --generations <n>    rounds of a hundred changes each, by default 60
  --seed <n>           another start`;

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
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      generations: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) console.log(HELP);
  else await search(values.only, Number(values.generations), Number(values.seed));
}
