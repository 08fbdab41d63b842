import { formatMill, formatTime, MillraceError, sleep } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseEpoch } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Closing {
  readonly redeemed: bigint;
  readonly reserved: bigint;
  readonly emitted: bigint;
  readonly cancelled: bigint;
  readonly feeBurn: bigint;
  readonly surplusBurn: bigint;
}

interface Values {
  readonly epoch: string | undefined;
  readonly all: boolean;
  readonly wait: boolean;
}

/** What one close did. */
interface Closed extends Closing {
  readonly epoch: number;
  readonly transaction: string;
}

const POLL_MS = 500;

export default async function close(session: Session, { epoch: given, all, wait }: Values): Promise<void> {
  const { contracts, epochs, now } = await session.protocol();
  const current = epochs.epochAt(await now());
  const next = Number(await contracts.settlement.nextEpochToClose());
  const first = given === undefined ? next : parseEpoch(given);
  const last = wait ? current : all ? current - 1 : first;
  if (wait) {
    await session.prepare();
    await waitUntil(session, epochs.endOf(current));
  }
  const closed: Closed[] = [];
  for (let epoch = first; epoch <= Math.max(first, last); epoch++) {
    try {
      const outcome = await closeOne(session, epoch);
      if (outcome === undefined) return;
      closed.push(outcome);
      session.output.soFar({ closed }, linesOf(closed));
    } catch (error) {
      // Attestors close epochs too: what was the next one a moment ago may be closed by now, which is all that was wanted.
      if (given !== undefined || Number(await contracts.settlement.nextEpochToClose()) <= epoch) throw error;
      session.output.say(`Somebody else was faster to close epoch ${epoch}.`);
    }
  }
  if (closed.length === 0) {
    session.output.result({ closed }, "Nothing is left to close.");
    return;
  }
  session.output.result({ closed }, linesOf(closed));
}

function linesOf(closed: readonly Closed[]): string {
  return closed
    .map(
      ({ epoch, reserved, feeBurn, surplusBurn, emitted, cancelled }) =>
        `Epoch ${epoch} is closed: ${formatMill(reserved)} to mint again, ${formatMill(feeBurn + surplusBurn)} burned for good, ` +
        `${formatMill(emitted)} emitted, ${formatMill(cancelled)} cancelled.`,
    )
    .join("\n");
}

async function waitUntil(session: Session, timestamp: number): Promise<void> {
  const { now } = await session.protocol();
  session.output.say(`Waiting for ${formatTime(timestamp)} …`);
  while ((await now()) < timestamp) await sleep(POLL_MS);
}

async function closeOne(session: Session, epoch: number): Promise<Closed | undefined> {
  const { contracts, epochs, now } = await session.protocol();
  const endsAt = epochs.endOf(epoch);
  if ((await now()) < endsAt) {
    throw new MillraceError("WRONG_STATE", `Epoch ${epoch} ends only at ${formatTime(endsAt)} of the chain's clock.`, {
      hint: "Wait for a block after that moment (--wait does), then close it.",
    });
  }
  const rounds = [...(await contracts.prices.roundsAt(endsAt))];
  const sent = await session.execute({
    title: `Close epoch ${epoch}`,
    facts: [
      ["ended at", formatTime(endsAt)],
      ["price rounds", rounds.length === 0 ? "none" : rounds.join(", ")],
      ["result", "its credits are priced, its fees burned, its emission minted or cancelled"],
    ],
    steps: [{ label: "closeEpoch", request: await contracts.settlement.closeEpoch.populateTransaction(epoch, rounds) }],
  });
  if (sent === undefined) return undefined;
  const event = findEvent(contracts.settlement, sent.last, "EpochClosed");
  const { redeemed, reserved, emitted, cancelled, feeBurn, surplusBurn } = event?.args["closing"] as Closing;
  return { epoch, redeemed, reserved, emitted, cancelled, feeBurn, surplusBurn, transaction: sent.last.hash };
}
