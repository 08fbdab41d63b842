import { formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { partOf, type PartValues } from "./partOf.js";
import { postedReport } from "./postedReport.js";

/** Demands that a part of a report's data is shown on chain. */
export default async function demand(session: Session, values: PartValues): Promise<void> {
  const { contracts } = await session.protocol();
  const { part, index, name } = partOf(values);
  const { epoch, report } = await postedReport(session, values.epoch);
  const { challenges } = contracts;
  const value = await challenges.feeOf(epoch);
  const sent = await session.execute({
    title: `Demand ${name} of the report of epoch ${epoch}`,
    facts: [["fee", "for whoever shows it; back to you, and the report is void, if nobody does"]],
    steps: [
      { label: "demandPart", request: await challenges.demandPart.populateTransaction(report, part, index, { value }) },
    ],
  });
  if (sent === undefined) return;
  const args = findEvent(challenges, sent.last, "PartDemanded")?.args;
  const [demandId, answerBy] = [args?.["demandId"] as string, args?.["answerBy"] as bigint];
  session.output.result(
    { epoch, part: name, demandId, answerBy, transaction: sent.last.hash },
    `Demanded ${name}: it must be shown by ${formatTime(answerBy)}.`,
  );
}
