import { formatEther } from "ethers";

import { formatMill, isLocalChain, MillraceError, parseMill, parseWad } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Step } from "../lib/Step.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly to: string;
  readonly mill: string;
  readonly eth: string;
}

/** Transfers from the sender, by default the node's first account, which received the genesis supply. */
export default async function faucet(session: Session, values: Values): Promise<void> {
  const { chainId } = await session.chain();
  if (!isLocalChain(chainId)) {
    throw new MillraceError("WRONG_CHAIN", `The faucet works on local chains only, and this is chain ${chainId}.`, {
      hint: "Get MILL from somebody who has it.",
    });
  }
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const to = await accountAddress(session, values.to);
  const [mill, wei] = [parseMill(values.mill), parseWad(values.eth, "amount of coin")];
  if (mill === 0n && wei === 0n) {
    throw new MillraceError("BAD_INPUT", "There is nothing to give.", { hint: "Give --mill or --eth above zero." });
  }
  const held = await contracts.token.balanceOf(address);
  const steps: Step[] = [];
  if (mill > 0n)
    steps.push({ label: "transfer", request: await contracts.token.transfer.populateTransaction(to, mill) });
  if (wei > 0n) steps.push({ label: "send coin", request: { to, data: "0x", value: wei } });
  const sent = await session.execute({
    title: `Give ${formatMill(mill)} to ${to}`,
    facts: [
      ["left", `${formatMill(held)} → ${formatMill(held > mill ? held - mill : 0n)}`],
      ["its balance after", formatMill((await contracts.token.balanceOf(to)) + mill)],
    ],
    steps,
  });
  if (sent === undefined) return;
  session.output.result(
    { to, mill, wei, transaction: sent.last.hash },
    `${to} has ${formatMill(await contracts.token.balanceOf(to))}${wei === 0n ? "" : ` and ${formatEther(wei)} ETH more`}.`,
  );
}
