import { formatEther } from "ethers";

import { accountOrSender } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";

/** Pays out bonds and fees that an account has won or got back. */
export default async function withdraw(session: Session, { account }: { account: string | undefined }): Promise<void> {
  const { challenges } = (await session.protocol()).contracts;
  const to = await accountOrSender(session, account);
  const owed = await challenges.owedTo(to);
  const sent = await session.execute({
    title: `Withdraw ${formatEther(owed)} ETH of challenges and demands`,
    facts: [["to", to]],
    steps: [{ label: "withdraw", request: await challenges.withdraw.populateTransaction(to) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { account: to, wei: owed, transaction: sent.last.hash },
    `Paid ${formatEther(owed)} ETH to ${to}.`,
  );
}
