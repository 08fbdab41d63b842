import { formatCredits, MillraceError, parseCredits, voucherTypes } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { writeFileOf } from "../lib/writeFiles.js";
import { readChannel } from "./readChannels.js";

interface Values {
  readonly channel: string;
  readonly total: string;
  readonly out: string;
}

export default async function voucher(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, chainId } = protocol;
  const { channel, channelId, number, deposited, redeemed } = await readChannel(protocol, values.channel);
  const cumulative = parseCredits(values.total);
  const { address, signer } = await session.account();
  if (address !== channel.buyer) {
    throw new MillraceError(
      "WRONG_KEY",
      `Channel ${number} is ${channel.buyer}'s, and only that key can sign for it.`,
      {
        hint: "Choose it with --from, or set MILLRACE_PRIVATE_KEY.",
      },
    );
  }
  if (cumulative > deposited) {
    throw new MillraceError("BAD_INPUT", `Channel ${number} ever held ${formatCredits(deposited)}, less than this.`, {
      hint: "Top it up first, or sign for less: the provider would not take a voucher that is not covered.",
    });
  }
  const domain = {
    name: "Millrace Vouchers",
    version: "1",
    chainId,
    verifyingContract: await contracts.channels.getAddress(),
  };
  const signature = await signer.signTypedData(domain, voucherTypes, { channelId, cumulative });
  const signed = { chainId, contract: domain.verifyingContract, channelId, cumulative: `${cumulative}`, signature };
  await writeFileOf(values.out, `${JSON.stringify(signed, undefined, 2)}\n`, "--out");
  const worth = cumulative > redeemed ? cumulative - redeemed : 0n;
  session.output.result(
    { number, ...signed, cumulative, worth, file: values.out },
    `${values.out} says that channel ${number} owes ${formatCredits(cumulative)} in all; ` +
      `${formatCredits(worth)} of it are not redeemed. Send it to the provider.`,
  );
}
