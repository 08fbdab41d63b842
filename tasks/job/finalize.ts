import { readOrder } from "@millrace/jobs";
import { type Contracts, formatCredits, formatDuration } from "@millrace/sdk";

import { readLease } from "../lease/readLease.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { clientsOf } from "../oracle/clientsOf.js";
import { leafOf } from "../oracle/leafOf.js";
import { standingRoot } from "../oracle/standingRoot.js";
import type { ClaimMarketName } from "./markets.js";
import { claimMarketName, claimMarketOf } from "./markets.js";
import { oneOf } from "./oneOf.js";

interface Values {
  readonly market: string;
  readonly task: string | undefined;
  readonly lease: string | undefined;
  readonly attestor: string | undefined;
}

export default async function finalize(session: Session, values: Values): Promise<void> {
  const which = oneOf("job finalize", values);
  const kind = claimMarketName(values.market);
  await ("taskId" in which
    ? payTask(session, kind, which.taskId)
    : settleLease(session, which.leaseId, values.attestor));
}

async function payTask(session: Session, kind: ClaimMarketName, taskId: bigint): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const market = claimMarketOf(contracts, kind);
  const order = await readOrder(market, taskId, deployment.deployedAtBlock);
  const sent = await session.execute({
    title: `Pay task ${taskId}`,
    facts: [["result", "the provider is paid, its bond returns, and so does the rest of the escrow"]],
    steps: [{ label: "finalize", request: await market.finalize.populateTransaction(taskId, order) }],
  });
  if (sent === undefined) return;
  const { provider, paid, refunded } = (findEvent(market, sent.last, "TaskFinalized")?.args.toObject() ?? {}) as {
    provider: string;
    paid: bigint;
    refunded: bigint;
  };
  session.output.result(
    { taskId, provider, paid, refunded, transaction: sent.last.hash },
    `${provider} earned ${formatCredits(paid)}, fee included; ${formatCredits(refunded)} came back to the buyer.`,
  );
}

async function settleLease(session: Session, leaseId: bigint, attestor: string | undefined): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const { lease } = await readLease(protocol, leaseId);
  const { epoch, fromAt, toAt } = await contracts.leases.nextPieceOf(leaseId);
  const request =
    attestor === undefined
      ? await contracts.leases.settleUnreported.populateTransaction(leaseId, epoch)
      : await settlement(contracts, { leaseId, nodeId: lease.nodeId, epoch: Number(epoch) }, attestor);
  const sent = await session.execute({
    title: `Settle epoch ${epoch} of lease ${leaseId}`,
    facts: [
      ["covers", formatDuration(toAt - fromAt)],
      ["by", attestor === undefined ? "the clock: no report came in time" : "the node's uptime in the final report"],
    ],
    steps: [{ label: attestor === undefined ? "settleUnreported" : "settle", request }],
  });
  if (sent === undefined) return;
  const { paid, refunded } = (findEvent(contracts.leases, sent.last, "LeaseSettled")?.args.toObject() ?? {}) as {
    paid: bigint;
    refunded: bigint;
  };
  session.output.result(
    { leaseId, epoch, paid, refunded, transaction: sent.last.hash },
    `Epoch ${epoch} of lease ${leaseId}: ${formatCredits(paid)} paid, ${formatCredits(refunded)} came back.`,
  );
}

interface Piece {
  readonly leaseId: bigint;
  readonly nodeId: bigint;
  readonly epoch: number;
}

async function settlement(contracts: Contracts, { leaseId, nodeId, epoch }: Piece, attestor: string) {
  const attestors = clientsOf(attestor);
  const { leaf, proof } = await leafOf(attestors, await standingRoot(contracts, epoch), nodeId);
  return await contracts.leases.settle.populateTransaction(leaseId, leaf, proof);
}
