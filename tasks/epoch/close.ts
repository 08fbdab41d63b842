import { formatMill, formatTime, MillraceError } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Closing {
  readonly redeemed: bigint;
  readonly emitted: bigint;
  readonly cancelled: bigint;
  readonly feeBurn: bigint;
  readonly surplusBurn: bigint;
}

export default async function close(session: Session, { epoch: given }: { epoch: string | undefined }): Promise<void> {
  const { contracts, epochs, now } = await session.protocol();
  const epoch =
    given === undefined ? Number(await contracts.settlement.nextEpochToClose()) : parseWhole(given, "--epoch");
  const endsAt = epochs.endOf(epoch);
  if ((await now()) < endsAt) {
    throw new MillraceError("WRONG_STATE", `Epoch ${epoch} ends only at ${formatTime(endsAt)} of the chain's clock.`, {
      hint: "Wait for a block after that moment, then close it.",
    });
  }
  const rounds = [...(await contracts.prices.roundsAt(endsAt))];
  const sent = await session.execute({
    title: `Close epoch ${epoch}`,
    facts: [
      ["ended at", formatTime(endsAt)],
      ["price rounds", rounds.join(", ")],
      ["result", "its credits are priced, its fees burned, its emission minted or cancelled"],
    ],
    steps: [{ label: "closeEpoch", request: await contracts.settlement.closeEpoch.populateTransaction(epoch, rounds) }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.settlement, sent.last, "EpochClosed");
  const { redeemed, emitted, cancelled, feeBurn, surplusBurn } = event?.args["closing"] as Closing;
  session.output.result(
    { epoch, redeemed, emitted, cancelled, feeBurn, surplusBurn, transaction: sent.last.hash },
    `Epoch ${epoch} is closed: ${formatMill(redeemed)} to mint again, ${formatMill(feeBurn + surplusBurn)} burned for good, ` +
      `${formatMill(emitted)} emitted, ${formatMill(cancelled)} cancelled.`,
  );
}
