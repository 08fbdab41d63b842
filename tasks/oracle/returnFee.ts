import { MillraceError } from "@millrace/sdk";

import { parseEpoch } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { partOf, type PartValues } from "./partOf.js";
import { plainReport } from "./postedReport.js";

/** Gives back the fee of a demand to a report that fell before it was answered. */
export default async function returnFee(session: Session, values: PartValues): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { uptime, challenges } = contracts;
  const { part, index, name } = partOf(values);
  const epoch = parseEpoch(values.epoch);
  const logs = await uptime.queryFilter(uptime.filters.ReportPosted(epoch), deployment.deployedAtBlock);
  const demands = await Promise.all(
    logs.map(async ({ args }) => {
      const demandId = await challenges.demandIdOf(args.reportHash, part, index);
      return { report: plainReport(args.report), demandId, ...(await feeOf(demandId)) };
    }),
  );
  const demand = demands.find(({ feeWei }) => feeWei !== 0n);
  if (demand === undefined) {
    throw new MillraceError("WRONG_STATE", `No demand of ${name} of epoch ${epoch} is open.`, {
      hint: "It was shown, its report became void by it, or nobody demanded it.",
    });
  }
  const { demandId, report, demander, feeWei } = demand;
  const sent = await session.execute({
    title: `Give back the fee of the demand of ${name} of epoch ${epoch}`,
    facts: [["fee", `back to ${demander}, who withdraws it: npx hardhat oracle withdraw`]],
    steps: [{ label: "returnFee", request: await challenges.returnFee.populateTransaction(report, part, index) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { epoch, part: name, demandId, demander, feeWei, transaction: sent.last.hash },
    `The fee is back with ${demander}.`,
  );

  async function feeOf(demandId: string): Promise<{ demander: string; feeWei: bigint }> {
    const { demander, feeWei } = await challenges.demandOf(demandId);
    return { demander, feeWei };
  }
}
