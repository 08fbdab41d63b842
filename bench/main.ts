import hre from "hardhat";

import { runScript } from "../scripts/lib/runScript.js";
import { script } from "../scripts/lib/script.js";
import { Report } from "../scripts/report/Report.js";
import { benchmarksPage } from "./benchmarksPage.js";
import { measureOperations } from "./measureOperations.js";
import { NODES_OF_A_REPORT, OPERATIONS } from "./operations.js";
import { measureSizes, readSnapshot, writeSnapshot } from "./snapshots.js";
import { writePage } from "./writePage.js";

const CROWDS = [1, 100, 10_000];
const PAGE = new URL("../docs/benchmarks.md", import.meta.url);

const SCRIPT = script(
  "npm run bench",
  "Measures gas and code sizes, and writes reports/gas.json, docs/benchmarks.md and test/snapshots/.",
).option("--growth", "also measure every operation among 1, 100 and 10,000 others (some minutes)");

await runScript(SCRIPT, async ({ growth: withGrowth }) => {
  const report = new Report("gas");
  const gas = await measureOperations(await hre.network.create());
  for (const { id, what } of OPERATIONS) {
    const source = "median receipt of five accounts, or of three disputes, on the deployed wiring";
    report.add({ id: `gas.${id}`, value: gas[id], unit: "gas", what: what.replaceAll("`", ""), source });
  }
  report.add({
    id: "gas.uptime-per-node",
    value: gas["report-k5"] / NODES_OF_A_REPORT,
    unit: "gas",
    what: "report of an epoch, per node of a million",
    source: "gas.report-k5 / 1,000,000: its cost does not depend on the number of nodes",
  });
  const sizes = await measureSizes();
  writeSnapshot("gas", gas);
  writeSnapshot("sizes", sizes);
  if (withGrowth === true) {
    const growth: Record<string, Record<string, number>> = {};
    for (const crowd of CROWDS) growth[crowd] = await measureOperations(await hre.network.create(), crowd);
    writeSnapshot("growth", growth);
  }
  await writePage(PAGE, benchmarksPage({ gas, sizes, growth: readSnapshot("growth") }));
  console.log(`wrote ${report.write()} and docs/benchmarks.md`);
});
