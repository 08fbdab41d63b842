import { formatMill, formatTime, MillraceError } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import type { Step } from "../lib/Step.js";
import type { Session } from "../lib/Session.js";
import type { Fact } from "../lib/text.js";
import { readLease } from "./readLease.js";

const NOTHING = "There is nothing to do.";

/** Whatever a lease that is over still holds of its provider: anybody may give it back. */
export default async function release(session: Session, { lease: given }: { lease: string }): Promise<void> {
  const protocol = await session.protocol();
  const { leases } = protocol.contracts;
  const { leaseId, status, lease, pledge } = await readLease(protocol, given);
  const isOver = BigInt(await protocol.now()) >= lease.paidThrough;
  const steps: Step[] = [];
  const facts: Fact[] = [];
  if (isOver && lease.reserved) {
    steps.push({ label: "release", request: await leases.release.populateTransaction(leaseId) });
    facts.push(["freed", `${counted(lease.units, "unit")} of node ${lease.nodeId}`]);
  }
  if (status === "settled" && pledge.bond !== 0n) {
    steps.push({ label: "releaseBond", request: await leases.releaseBond.populateTransaction(leaseId) });
    facts.push(["bond", `${formatMill(pledge.bond)} go back to the provider`]);
  }
  if (steps.length === 0) {
    throw new MillraceError("WRONG_STATE", `Lease ${leaseId} is ${status} and holds nothing that is free.`, {
      hint:
        status === "settled"
          ? NOTHING
          : isOver
            ? "Settle what is left of it first."
            : `It is paid through ${formatTime(lease.paidThrough)}.`,
    });
  }
  const sent = await session.execute({ title: `Release what lease ${leaseId} holds`, facts, steps });
  if (sent === undefined) return;
  const freed = sent.receipts.map((receipt) => findEvent(leases, receipt, "LeaseUnbonded")?.args["mill"] as bigint);
  const mill = freed.find((each) => (each as bigint | undefined) !== undefined) ?? 0n;
  const units = isOver && lease.reserved ? lease.units : 0n;
  session.output.result(
    { leaseId, units, mill, transactions: sent.receipts.map(({ hash }) => hash) },
    `Lease ${leaseId}: ${counted(units, "unit")} freed, ${formatMill(mill)} back in the stake.`,
  );
}
