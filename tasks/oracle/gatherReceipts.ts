import type { PeerClient } from "@millrace/oracle";
import { MillraceError } from "@millrace/sdk";
import {
  receiptEvidence,
  uptimeDomain,
  verifyReceipt,
  type Receipt,
  type ReceiptEvidence,
} from "@millrace/uptime-tree/format";

import type { Session } from "../lib/Session.js";

/** Where something is asked for. */
export interface Sighting {
  readonly epoch: number;
  readonly slot: number;
  readonly nodeId: bigint;
}

/** Receipts of a node for a slot from all attestors that give a good one, by seat. They are checked here first. */
export async function gatherReceipts(
  session: Session,
  clients: readonly PeerClient[],
  { epoch, slot, nodeId }: Sighting,
): Promise<{ readonly hash: string; readonly evidence: ReceiptEvidence }[]> {
  const { contracts, deployment } = await session.protocol();
  const domain = uptimeDomain(deployment.chainId, deployment.contracts.UptimeOracle);
  const [seats] = await contracts.uptime.setOf(epoch);
  const answers = await Promise.allSettled(clients.map((client) => client.receipts(epoch, slot, [nodeId])));
  const found = new Map<number, Receipt>();
  for (const answer of answers) {
    for (const receipt of answer.status === "fulfilled" ? answer.value : []) {
      const seat = seats.indexOf(receipt.attestor);
      const isAsked = receipt.epoch === epoch && receipt.slot === slot && receipt.nodeId === nodeId;
      if (seat >= 0 && isAsked && isGood(domain, receipt)) found.set(seat, receipt);
    }
  }
  if (found.size === 0) {
    const failed = clients.filter((_, i) => answers[i]?.status === "rejected").map(({ url }) => url);
    throw new MillraceError(
      "WRONG_STATE",
      failed.length === 0
        ? `No attestor has a receipt of node ${nodeId} for slot ${slot}.`
        : `No receipt of node ${nodeId} for slot ${slot} came: ${failed.join(" and ")} gave no answer.`,
      { hint: "Name the other attestors too, or use the receipts that the node's agent keeps." },
    );
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([seat, receipt]) => ({ hash: receipt.heartbeatHash, evidence: receiptEvidence(receipt, seat) }));
}

function isGood(domain: ReturnType<typeof uptimeDomain>, receipt: Receipt): boolean {
  try {
    verifyReceipt(domain, receipt);
    return true;
  } catch {
    return false;
  }
}
