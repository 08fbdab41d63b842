import { hashReport, type Report } from "@millrace/uptime-tree/format";

import type { IUptimeOracle } from "../../typechain-types/contracts/uptime/UptimeOracle.js";
import { parseEpoch } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";
import { noReport } from "./noReport.js";

/** The report that stands for the epoch that a command names, as everything that is proven against it takes it. */
export async function postedReport(
  session: Session,
  given: string,
): Promise<{ readonly epoch: number; readonly report: Report; readonly reportHash: string }> {
  const epoch = parseEpoch(given);
  const report = await standingReport(await session.protocol(), epoch);
  return { epoch, report, reportHash: hashReport(report) };
}

/** The report that stands for an epoch, by the events of the contract. @throws MillraceError WRONG_STATE */
export async function standingReport({ contracts, deployment }: Protocol, epoch: number): Promise<Report> {
  const { uptime } = contracts;
  const logs = await uptime.queryFilter(uptime.filters.ReportPosted(epoch), deployment.deployedAtBlock);
  const { root } = await uptime.reportOf(epoch);
  // A report that fell may have been followed by another one.
  const found = logs.map(({ args }) => args.report).findLast((each) => each.root === root);
  if (found === undefined) throw noReport(epoch);
  return plainReport(found);
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
