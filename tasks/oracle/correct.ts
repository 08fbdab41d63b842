import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { postedReport } from "./postedReport.js";

/** Settles the corrections of a node in a report that is final. */
export default async function correct(
  session: Session,
  values: { readonly epoch: string; readonly node: string },
): Promise<void> {
  const { challenges } = (await session.protocol()).contracts;
  const nodeId = parseId(values.node, "--node");
  const { epoch, report } = await postedReport(session, values.epoch);
  const sent = await session.execute({
    title: `Settle the corrections of node ${nodeId} in epoch ${epoch}`,
    facts: [["result", "what the node may collect changes by them"]],
    steps: [
      {
        label: "settleCorrection",
        request: await challenges.settleCorrection.populateTransaction(report.root, nodeId),
      },
    ],
  });
  if (sent === undefined) return;
  const delta = findEvent(challenges, sent.last, "CorrectionSettled")?.args["delta"] as bigint;
  session.output.result(
    { epoch, nodeId, delta, transaction: sent.last.hash },
    `Node ${nodeId} is corrected by ${delta} atoms of MILL.`,
  );
}
