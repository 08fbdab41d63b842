import { readFile } from "node:fs/promises";

import { z } from "zod";

import { formatCredits, MillraceError } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { readChannels } from "./readChannels.js";

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

export default async function redeem(session: Session, { voucher: file }: { voucher: string }): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, chainId } = protocol;
  const voucher = await readVoucher(file);
  const address = await contracts.channels.getAddress();
  const found = (await readChannels(protocol)).find(({ channelId }) => channelId === voucher.channelId);
  if (found === undefined || voucher.chainId !== chainId || voucher.contract !== address) {
    throw new MillraceError("BAD_INPUT", `The voucher in ${file} is for a channel of another chain or deployment.`, {
      hint: "Choose the network that it was signed for.",
    });
  }
  const { channel, number } = found;
  const { cumulative, signature } = voucher;
  const worth = await contracts.channels.redeemable(voucher.channelId, cumulative);
  const sent = await session.execute({
    title: `Redeem a voucher of channel ${number}`,
    facts: [
      ["owed in all", formatCredits(cumulative)],
      ["pays now", `${formatCredits(worth)}, fee included`],
    ],
    steps: [
      {
        label: "redeem",
        request: await contracts.channels.redeem.populateTransaction(channel, cumulative, signature),
      },
    ],
  });
  if (sent === undefined) return;
  const { paid, redeemed } = (findEvent(contracts.channels, sent.last, "VoucherRedeemed")?.args.toObject() ??
    {}) as Record<"paid" | "redeemed", bigint>;
  session.output.result(
    { number, paid, redeemed, transaction: sent.last.hash },
    `Channel ${number} paid ${formatCredits(paid)}, ${formatCredits(redeemed)} in all.`,
  );
}

async function readVoucher(file: string): Promise<z.infer<typeof voucherSchema>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new MillraceError("BAD_INPUT", `The voucher ${file} cannot be read.`, { hint: "Check the path.", cause });
  });
  try {
    return voucherSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", `${file} is not a voucher.`, {
      hint: "Give the file that channel voucher wrote.",
      cause,
    });
  }
}
