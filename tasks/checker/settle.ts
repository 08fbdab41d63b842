import { type PostedClaim, readClaim, readOrder } from "@millrace/jobs";
import { formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function settle(session: Session, { claim }: { claim: string }): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { checks, claims, tasks } = contracts;
  const claimId = parseId(claim, "--claim");
  const fromBlock = deployment.deployedAtBlock;
  // Only of a claim that was posted does its number say which task it is of.
  const [{ taskId }] = (await readClaim(claims, { claimId, fromBlock })) as [PostedClaim];
  const order = await readOrder(tasks, taskId, fromBlock);
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
