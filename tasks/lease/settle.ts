import type { PeerClient } from "@millrace/oracle";
import { formatCredits, MAX_BATCH_ITEMS, MillraceError } from "@millrace/sdk";

import type { ILeaseMarket } from "../../typechain-types/index.js";
import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { parseIds } from "../lib/inputs.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Protocol, Session } from "../lib/Session.js";
import { clientsOf } from "../oracle/clientsOf.js";
import { leafOf } from "../oracle/leafOf.js";
import { standingRoot } from "../oracle/standingRoot.js";
import { readLease } from "./readLease.js";

interface Values {
  readonly leases: string;
  readonly attestor: string;
}

/** What attestors show of a lease, and why it is not all that is due. */
interface Shown {
  readonly items: readonly ILeaseMarket.SettlementStruct[];
  readonly failure?: { readonly leaseId: bigint; readonly epoch: number; readonly error: MillraceError };
  /** Whether nothing of it is left. */
  readonly isSettled: boolean;
}

/** What is due of many leases, oldest first; what cannot be settled is told and stops nothing else. */
export default async function settle(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { leases } = protocol.contracts;
  const leaseIds = parseIds(values.leases, "--leases");
  const attestors = clientsOf(values.attestor);
  const shown = await Promise.all(leaseIds.map((leaseId) => shownOf(protocol, leaseId, attestors)));
  const due = shown.flatMap(({ items }) => items);
  const items = due.slice(0, MAX_BATCH_ITEMS);
  if (items.length === 0) throw nothingToSettle(shown);
  const notShown = shown.flatMap(({ failure }) => {
    return failure === undefined
      ? []
      : [{ leaseId: failure.leaseId, epoch: failure.epoch, reason: failure.error.sentence }];
  });
  const epochs = items.map(({ leaseId, leaf }) => `${leaf.epoch} of lease ${leaseId}`).join(", ");
  const sent = await session.execute({
    title: `Settle ${counted(items.length, "epoch")} of ${counted(leaseIds.length, "lease")}`,
    facts: [
      ["epochs", epochs],
      ["by", "the nodes' uptime in the final reports"],
      ["left for another time", `${due.length - items.length}`],
      ...notShown.map(({ leaseId, reason }) => [`lease ${leaseId}`, reason] as const),
    ],
    steps: [{ label: "settleMany", request: await leases.settleMany.populateTransaction(items) }],
  });
  if (sent === undefined) return;
  const refused = itemFailures(leases, sent.last).map(({ index, reason }) => ({
    leaseId: items[index]?.leaseId,
    epoch: items[index]?.leaf.epoch,
    reason,
  }));
  const failures = [...notShown, ...refused];
  const settled = findEvents(leases, sent.last, "LeaseSettled");
  const sum = (name: string): bigint => settled.reduce((total, { args }) => total + (args[name] as bigint), 0n);
  const [paid, refunded] = [sum("paid"), sum("refunded")];
  session.output.result(
    { settled: settled.length, paid, refunded, failures, transaction: sent.last.hash },
    [
      `Settled ${counted(settled.length, "epoch")}: ${formatCredits(paid)} paid, ${formatCredits(refunded)} came back.`,
      ...failures.map(({ leaseId, epoch, reason }) => `Epoch ${epoch} of lease ${leaseId}: ${reason}`),
    ].join("\n"),
  );
}

/** Epochs of a lease from the next to settle on, as far as their reports are final and attestors show them. */
async function shownOf(protocol: Protocol, leaseId: bigint, attestors: readonly PeerClient[]): Promise<Shown> {
  const { contracts, epochs, now } = protocol;
  const { leases, uptime } = contracts;
  const [piece, { lease }, time] = await Promise.all([
    leases.nextPieceOf(leaseId),
    readLease(protocol, leaseId),
    now(),
  ]);
  const { nodeId, paidThrough } = lease;
  const items: ILeaseMarket.SettlementStruct[] = [];
  if (piece.fromAt === piece.toAt) return { items, isSettled: true };
  const last = epochs.epochAt(Math.min(Number(paidThrough) - 1, time));
  for (let epoch = Number(piece.epoch); epoch <= last && items.length < MAX_BATCH_ITEMS; epoch++) {
    if (!(await uptime.isFinal(epoch))) break;
    try {
      items.push({ leaseId, ...(await leafOf(attestors, await standingRoot(contracts, epoch), nodeId)) });
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      return { items, failure: { leaseId, epoch, error }, isSettled: false };
    }
  }
  return { items, isSettled: false };
}

/** Why there is nothing to send: what attestors do not show, or else that nothing is due. */
function nothingToSettle(shown: readonly Shown[]): MillraceError {
  const failures = shown.flatMap(({ failure }) => failure ?? []);
  const [first] = failures;
  if (first !== undefined) {
    const { code, hint } = first.error;
    const reasons = failures.map(({ leaseId, error }) => `Lease ${leaseId}: ${error.message}`);
    return new MillraceError(code, reasons.join(" "), { hint, cause: first.error });
  }
  if (shown.every(({ isSettled }) => isSettled)) {
    return new MillraceError("WRONG_STATE", "Nothing of these leases is left to settle.", {
      hint: "npx hardhat lease release frees what a lease still holds.",
    });
  }
  return new MillraceError("WRONG_STATE", "No epoch of these leases has a final report.", {
    hint: "npx hardhat oracle status shows which reports are final.",
  });
}
