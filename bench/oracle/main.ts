import { parseArgs } from "node:util";

import { Report } from "../../scripts/report/Report.js";
import { writePage } from "../writePage.js";
import { measureGas } from "./measureGas.js";
import { measureIngest, measureRecovery } from "./measureIngest.js";
import { measureReads } from "./measureReads.js";
import { measureScale } from "./measureScale.js";
import { measureVerify } from "./measureVerify.js";
import { oraclePage } from "./oraclePage.js";
import { readFacts } from "./readFacts.js";

const HELP = `Measures the uptime oracle's service, and writes reports/oracle.json and docs/oracle-benchmarks.md.

  --nodes <n>       nodes of the large epoch, 1,000,000 unless given
  --heartbeats <n>  heartbeats of the measured stream, 20,000 unless given
  --help            show this`;
const PAGE = new URL("../../docs/oracle-benchmarks.md", import.meta.url);

const { values } = parseArgs({
  options: { nodes: { type: "string" }, heartbeats: { type: "string" }, help: { type: "boolean" } },
});
if (values.help === true) console.log(HELP);
else await bench(Number(values.nodes ?? 1_000_000), Number(values.heartbeats ?? 20_000));

async function bench(nodes: number, heartbeats: number): Promise<void> {
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
}
