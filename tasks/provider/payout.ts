import { ZeroAddress } from "ethers";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";

export default async function payout(session: Session, { to }: { to: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const given = to.trim().toLowerCase() === "self" ? address : await accountAddress(session, to);
  // To the contract nobody means the account itself.
  const receiver = given === ZeroAddress ? address : given;
  const before = await contracts.settlement.payoutOf(address);
  const sent = await session.execute({
    title: `Pay what ${address} earns to ${receiver === address ? "itself" : receiver}`,
    facts: [
      ["paid to", `${before} → ${receiver}`],
      ["concerns", "redeemed credits and rewards; stake that is withdrawn goes to the account itself"],
    ],
    steps: [{ label: "setPayout", request: await contracts.settlement.setPayout.populateTransaction(receiver) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider: address, receiver, transaction: sent.last.hash },
    `${receiver} is paid from now on.`,
  );
}
