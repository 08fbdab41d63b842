import { buildReport, encodeDataFile, hashReport } from "@millrace/uptime-tree/format";
import { verifyDataFile } from "@millrace/uptime-tree/verify";

import type { Report } from "../../scripts/report/Report.js";
import { madeUpEpoch } from "./madeUpEpoch.js";
import { seconds } from "./seconds.js";

/** Verifies the data file of many nodes with the independent program, as `oracle verify` and the page do. */
export async function measureVerify(report: Report, count: number): Promise<void> {
  const file = await madeUpEpoch(count);
  const bytes = encodeDataFile(file);
  const [verified, cpuSeconds] = await seconds(() => verifyDataFile(bytes));
  const { reportHash } = verified;
  if (reportHash !== hashReport(buildReport(file).report)) throw new Error("the verifier gives another report");
  report.add({
    id: "oracle.verify.seconds",
    value: cpuSeconds,
    unit: "s",
    what: "`oracle verify` of that file: all signatures and the whole report again, in plain JavaScript",
    source: "npm run bench:oracle; CPU seconds of one process",
  });
}
