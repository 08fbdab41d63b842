import { formatCredits, formatDuration, formatPpm, parseCredits, parseDuration } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly provider: string;
  readonly credits: string;
  readonly notice: string;
  readonly buy: string | undefined;
}

export default async function open(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const provider = await accountAddress(session, values.provider);
  const [credits, notice] = [parseCredits(values.credits), parseDuration(values.notice)];
  const { address } = await session.account();
  const [{ free }, fee] = await Promise.all([contracts.settlement.accountOf(address), contracts.settlement.feePpm()]);
  const buying = values.buy === undefined ? NO_PURCHASE : await purchase(session, contracts.channels, values.buy);
  const request = await contracts.channels.open.populateTransaction(provider, credits, notice);
  const sent = await session.execute({
    title: `Open a channel to ${provider}`,
    facts: [
      ["locked now", `${formatCredits(credits)} of ${formatCredits(free + buying.credits)} free`],
      ...buying.facts,
      ["notice", `${formatDuration(notice)} before the rest comes back`],
      ["fee", `${formatPpm(fee)} of what the provider redeems`],
    ],
    steps: [{ label: values.buy === undefined ? "open" : "buy and open", request: buying.with(request) }],
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
