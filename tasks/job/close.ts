import { readOrder } from "@millrace/jobs";
import { formatCredits, formatTime } from "@millrace/sdk";

import { readLease } from "../lease/readLease.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { marketOf } from "./markets.js";
import { oneOf } from "./oneOf.js";

interface Values {
  readonly lease: string | undefined;
  readonly task: string | undefined;
  readonly market: string;
}

export default async function close(session: Session, values: Values): Promise<void> {
  const which = oneOf("job close", values);
  await ("taskId" in which ? cancelTask(session, which.taskId, values.market) : closeLease(session, which.leaseId));
}

async function cancelTask(session: Session, taskId: bigint, name: string): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const market = marketOf(contracts, name);
  const order = await readOrder(market, taskId, deployment.deployedAtBlock);
  const comesBack =
    name === "approval" ? (await contracts.approvals.progressOf(taskId)).escrow : BigInt(order.terms.maxPrice);
  const sent = await session.execute({
    title: `Cancel task ${taskId}`,
    facts: [["comes back", formatCredits(comesBack)]],
    steps: [{ label: "cancel", request: await market.cancel.populateTransaction(taskId, order) }],
  });
  if (sent === undefined) return;
  const refunded = findEvent(market, sent.last, "TaskCancelled")?.args["refunded"] as bigint;
  session.output.result(
    { taskId, refunded, transaction: sent.last.hash },
    `Task ${taskId} is cancelled; ${formatCredits(refunded)} are free again.`,
  );
}

async function closeLease(session: Session, leaseId: bigint): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const { paidThrough } = (await readLease(protocol, leaseId)).lease;
  const sent = await session.execute({
    title: `End lease ${leaseId} now`,
    facts: [
      ["was paid through", formatTime(paidThrough)],
      ["comes back", "the pay of the time that is left, but for one slot at least"],
    ],
    steps: [{ label: "close", request: await contracts.leases.close.populateTransaction(leaseId) }],
  });
  if (sent === undefined) return;
  const refunded = findEvent(contracts.leases, sent.last, "LeaseClosed")?.args["refunded"] as bigint;
  session.output.result(
    { leaseId, refunded, transaction: sent.last.hash },
    `Lease ${leaseId} has ended; ${formatCredits(refunded)} are free again. ` +
      `The rest is settled epoch by epoch: npx hardhat job finalize --lease ${leaseId}`,
  );
}
