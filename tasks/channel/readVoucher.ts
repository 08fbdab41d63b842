import { z } from "zod";

import { MillraceError } from "@millrace/sdk";

import { readTextOf } from "../lib/readFileOf.js";
import type { Protocol } from "../lib/Session.js";
import type { ChannelView } from "./readChannels.js";

const voucherSchema = z.object({
  chainId: z.number().int(),
  contract: z.string(),
  channelId: z.string().regex(/^0x[0-9a-f]{64}$/i),
  cumulative: z
    .string()
    .regex(/^\d{1,29}$/)
    .transform(BigInt),
  signature: z.string().regex(/^0x([0-9a-f]{2})*$/i),
});

/** A voucher with its channel, as the contract takes both. */
export interface Voucher extends Pick<ChannelView, "channelId" | "channel" | "number"> {
  readonly cumulative: bigint;
  readonly signature: string;
}

/** The voucher in a file, of one of the channels. */
export async function readVoucher(
  { contracts, chainId }: Protocol,
  channels: readonly ChannelView[],
  file: string,
  option: string,
): Promise<Voucher> {
  const { cumulative, signature, ...of } = await parseVoucher(file, option);
  const address = await contracts.channels.getAddress();
  const found = channels.find(({ channelId }) => channelId === of.channelId);
  if (found === undefined || of.chainId !== chainId || of.contract !== address) {
    throw new MillraceError("BAD_INPUT", `The voucher in ${file} is for a channel of another chain or deployment.`, {
      hint: "Choose the network that it was signed for.",
    });
  }
  const { channel, number, channelId } = found;
  return { channel, number, channelId, cumulative, signature };
}

async function parseVoucher(file: string, option: string): Promise<z.infer<typeof voucherSchema>> {
  const text = await readTextOf(file, option);
  try {
    return voucherSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", `${file} is not a voucher.`, {
      hint: "Give the file that channel voucher wrote.",
      cause,
    });
  }
}
