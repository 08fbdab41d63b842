import { voucherTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse, Signer, TypedDataDomain } from "ethers";

import type { IVoucherChannels } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import { CREDIT, type World } from "./marketFixture.js";

export const NOTICE_SECONDS = 100;
export const DEPOSIT = 100n * CREDIT;

/** In the order of `IVoucherChannels.ChannelStatus`. */
export const CHANNEL_STATUSES = ["None", "Open", "Closing", "Lapsed", "Closed"] as const;
export type ChannelStatus = (typeof CHANNEL_STATUSES)[number];

export type Channel = IVoucherChannels.ChannelStruct;

/** A channel and the terms that its calls need. */
export interface OpenChannel {
  channelId: string;
  channel: Channel;
}

/** Brings channels from the buyer to alice to each of their statuses. */
export class ChannelDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {}

  async open(credits = DEPOSIT, buyer = this.world.buyer, provider = this.world.alice): Promise<OpenChannel> {
    const { channels } = this.world;
    await channels.connect(buyer).open(provider, credits, NOTICE_SECONDS);
    return this.last();
  }

  /** The channel that was opened last. */
  async last(): Promise<OpenChannel> {
    const { channels } = this.world;
    const opened = await channels.queryFilter(channels.filters.ChannelOpened());
    const { channelId, channel } = opened[opened.length - 1].args;
    const { buyer, provider, feePpm, noticeSeconds, number } = channel;
    return { channelId, channel: { buyer, provider, feePpm, noticeSeconds, number } };
  }

  async domain(): Promise<TypedDataDomain & { chainId: bigint }> {
    return {
      name: "Millrace Vouchers",
      version: "1",
      chainId: (await this.connection.ethers.provider.getNetwork()).chainId,
      verifyingContract: await this.world.channels.getAddress(),
    };
  }

  async sign({ channelId }: OpenChannel, cumulative: bigint, signer: Signer = this.world.buyer): Promise<string> {
    return signer.signTypedData(await this.domain(), voucherTypes, { channelId, cumulative });
  }

  async redeem(
    opened: OpenChannel,
    cumulative: bigint,
    caller: HardhatEthersSigner = this.world.alice,
  ): Promise<ContractTransactionResponse> {
    const signature = await this.sign(opened, cumulative);
    return this.world.channels.connect(caller).redeem(opened.channel, cumulative, signature);
  }

  async statusOf({ channelId }: OpenChannel): Promise<ChannelStatus> {
    return CHANNEL_STATUSES[Number(await this.world.channels.statusOf(channelId))];
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }

  /** A new channel in a status. */
  async inStatus(status: ChannelStatus): Promise<OpenChannel> {
    const { channels, buyer, alice } = this.world;
    const opened = await this.open();
    if (status === "None") {
      const channel = { ...opened.channel, number: 99n };
      return { channel, channelId: await channels.idOf(channel) };
    }
    if (status === "Closing" || status === "Lapsed") await channels.connect(buyer).giveNotice(opened.channel);
    if (status === "Lapsed") await this.pass(NOTICE_SECONDS + 1);
    if (status === "Closed") await channels.connect(alice).close(opened.channel);
    return opened;
  }
}
