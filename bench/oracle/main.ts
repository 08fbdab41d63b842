import { runScript } from "../../scripts/lib/runScript.js";
import { script } from "../../scripts/lib/script.js";
import { wholeNumber } from "../../scripts/lib/wholeNumber.js";
import { Report } from "../../scripts/report/Report.js";
import { writePage } from "../writePage.js";
import { measureGas } from "./measureGas.js";
import { measureIngest, measureRecovery } from "./measureIngest.js";
import { measureReads } from "./measureReads.js";
import { measureScale } from "./measureScale.js";
import { measureVerify } from "./measureVerify.js";
import { oraclePage } from "./oraclePage.js";
import { readFacts } from "./readFacts.js";

const PAGE = new URL("../../docs/oracle-benchmarks.md", import.meta.url);

const SCRIPT = script(
  "npm run bench:oracle",
  "Measures the uptime oracle's service, and writes reports/oracle.json and docs/oracle-benchmarks.md.",
)
  .option("--nodes <n>", "nodes of the large epoch", wholeNumber(), 1_000_000)
  .option("--heartbeats <n>", "heartbeats of the measured stream", wholeNumber(), 20_000);

await runScript(SCRIPT, async ({ nodes, heartbeats }) => {
  const report = new Report("oracle");
  await measureScale(report, nodes);
  await measureReads(report, nodes);
  await measureVerify(report, nodes);
  await measureRecovery(report, 2_000);
  await measureIngest(report, heartbeats);
  await measureGas(report);
  for (const name of ["oracle-kills", "oracle-cluster-kills", "oracle-memory"])
    for (const fact of readFacts(name, "npm run test:oracle")) report.add(fact);
  const file = report.write();
  await writePage(PAGE, oraclePage(report.facts, readFacts("soak", "npm run soak:oracle")));
  console.log(`wrote ${file} and docs/oracle-benchmarks.md`);
});
