import { formatCredits, formatDuration, formatPpm, parseCredits, parseDuration } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseAddress } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly provider: string;
  readonly credits: string;
  readonly notice: string;
}

export default async function open(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const provider = parseAddress(values.provider, "--provider");
  const [credits, notice] = [parseCredits(values.credits), parseDuration(values.notice)];
  const { address } = await session.account();
  const [{ free }, fee] = await Promise.all([contracts.settlement.accountOf(address), contracts.settlement.feePpm()]);
  const sent = await session.execute({
    title: `Open a channel to ${provider}`,
    facts: [
      ["locked now", `${formatCredits(credits)} of ${formatCredits(free)} free`],
      ["notice", `${formatDuration(notice)} before the rest comes back`],
      ["fee", `${formatPpm(fee)} of what the provider redeems`],
    ],
    steps: [{ label: "open", request: await contracts.channels.open.populateTransaction(provider, credits, notice) }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.channels, sent.last, "ChannelOpened");
  const channelId = event?.args["channelId"] as string;
  const { number } = event?.args["channel"] as { number: bigint };
  session.output.result(
    { number, channelId, provider, credits, transaction: sent.last.hash },
    `Channel ${number} is open with ${formatCredits(credits)}. ` +
      `Pay for a request: npx hardhat channel voucher --channel ${number} --total 1`,
  );
}
