import { labelOf, MillraceError } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";

/** A channel with the terms that its calls need. */
export interface ChannelView {
  readonly number: bigint;
  readonly channelId: string;
  readonly channel: {
    readonly buyer: string;
    readonly provider: string;
    readonly feePpm: bigint;
    readonly noticeSeconds: bigint;
    readonly number: bigint;
  };
  readonly status: string;
  readonly deposited: bigint;
  readonly redeemed: bigint;
  /** Zero without a notice. */
  readonly closesAt: bigint;
}

/** All channels, in order of their numbers. */
export async function readChannels({ contracts, deployment }: Protocol): Promise<ChannelView[]> {
  const { channels } = contracts;
  const opened = await channels.queryFilter(channels.filters.ChannelOpened(), deployment.deployedAtBlock);
  return Promise.all(
    opened.map(async ({ args: { channelId, channel } }) => {
      const [status, record] = await Promise.all([channels.statusOf(channelId), channels.recordOf(channelId)]);
      const { buyer, provider, feePpm, noticeSeconds, number } = channel;
      return {
        number,
        channelId,
        channel: { buyer, provider, feePpm, noticeSeconds, number },
        status: labelOf("ChannelStatus", status),
        deposited: record.deposited,
        redeemed: record.redeemed,
        closesAt: record.closesAt,
      };
    }),
  );
}

/** The channel of a number, as a person gives it. */
export async function readChannel(protocol: Protocol, given: string): Promise<ChannelView> {
  const number = parseId(given, "--channel");
  const found = (await readChannels(protocol)).find((each) => each.number === number);
  if (found !== undefined) return found;
  throw new MillraceError("BAD_INPUT", `There is no channel ${number}.`, {
    hint: "npx hardhat channel show lists all of them.",
  });
}
