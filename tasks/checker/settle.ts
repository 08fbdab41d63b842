import { readOrder } from "@millrace/jobs";
import { formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { checkedClaim, type CheckedClaimValues } from "./checkedClaim.js";

export default async function settle(session: Session, values: CheckedClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const { claimId, taskId, checks, market } = await checkedClaim(protocol, values);
  const order = await readOrder(market, taskId, protocol.deployment.deployedAtBlock);
  const sent = await session.execute({
    title: `Settle the check of claim ${claimId}`,
    facts: [["result", "who vouched is paid its share, who did not is charged as much"]],
    steps: [{ label: "settle", request: await checks.settle.populateTransaction(claimId, order) }],
  });
  if (sent === undefined) return;
  const share = findEvent(checks, sent.last, "CheckSettled")?.args["share"] as bigint;
  session.output.result(
    { claimId, share, transaction: sent.last.hash },
    `The check of claim ${claimId} is settled, at ${formatMill(share)} a place.`,
  );
}
