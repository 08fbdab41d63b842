import { MillraceError } from "@millrace/sdk";
import { buildReport, decodeDataFile, hashReport, type BuiltReport } from "@millrace/uptime-tree/format";

import { readFileOf } from "../lib/readFileOf.js";

/** Reads a report's data file, and makes sure that it is the one that the report commits. */
export async function readDataFile(file: string, reportHash: string): Promise<BuiltReport> {
  const bytes = await readFileOf(file, "--file");
  let built: BuiltReport;
  try {
    built = buildReport(decodeDataFile(bytes));
  } catch (cause) {
    throw new MillraceError("DATA_MISMATCH", `${file} is no data file: ${(cause as Error).message}.`, {
      hint: "Get it again, from /epochs/<epoch>/data of any attestor.",
      cause,
    });
  }
  if (hashReport(built.report) === reportHash) return built;
  throw new MillraceError("DATA_MISMATCH", `${file} is of another report than the one that stands.`, {
    hint: "Get it again, from /epochs/<epoch>/data of any attestor.",
  });
}
