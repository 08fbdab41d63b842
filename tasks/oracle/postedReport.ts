import { MillraceError } from "@millrace/sdk";
import { hashReport, type Report } from "@millrace/uptime-tree/format";

import type { IUptimeOracle } from "../../typechain-types/contracts/uptime/UptimeOracle.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** The report that stands for an epoch, as everything that is proven against it takes it. */
export async function postedReport(
  session: Session,
  given: string,
): Promise<{ readonly epoch: number; readonly report: Report; readonly reportHash: string }> {
  const { contracts, deployment } = await session.protocol();
  const { uptime } = contracts;
  const epoch = parseWhole(given, "--epoch", 2 ** 32 - 1);
  const logs = await uptime.queryFilter(uptime.filters.ReportPosted(epoch), deployment.deployedAtBlock);
  const { root } = await contracts.uptime.reportOf(epoch);
  // A report that fell may have been followed by another one.
  const found = logs.map(({ args }) => args.report).findLast((each) => each.root === root);
  if (found === undefined) {
    throw new MillraceError("WRONG_STATE", `No report stands for epoch ${epoch}.`, {
      hint: "npx hardhat oracle status shows the latest reports.",
    });
  }
  const report = plainReport(found);
  return { epoch, report, reportHash: hashReport(report) };
}

/** A report as contracts take it, of one as events have it: what ethers reads from a log is frozen. */
export function plainReport(found: IUptimeOracle.ReportStructOutput): Report {
  return {
    epoch: Number(found.epoch),
    root: found.root,
    evidenceRoot: found.evidenceRoot,
    nodeCount: Number(found.nodeCount),
    totalPoints: found.totalPoints,
    dataHash: found.dataHash,
    previousReport: found.previousReport,
    registryDigest: found.registryDigest,
    configDigest: found.configDigest,
    consensusVersion: Number(found.consensusVersion),
  };
}
