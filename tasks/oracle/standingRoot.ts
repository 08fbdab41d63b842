import type { Contracts } from "@millrace/sdk";
import type { ReportRoot } from "@millrace/uptime-tree/format";

import { noReport } from "./noReport.js";

/** Root of the report that stands for an epoch: enough to hold a leaf against. @throws MillraceError WRONG_STATE */
export async function standingRoot({ uptime }: Pick<Contracts, "uptime">, epoch: number): Promise<ReportRoot> {
  const { root, finalAt } = await uptime.reportOf(epoch);
  if (finalAt === 0n) throw noReport(epoch);
  return { epoch, root };
}
