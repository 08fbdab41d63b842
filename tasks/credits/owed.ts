import { formatCredits, formatMill } from "@millrace/sdk";

import { accountOrSender } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

/** Hands a buyer what slashes awarded it: credits while there is a price, MILL once there is none for long. */
export default async function owed(
  session: Session,
  { account: given }: { account: string | undefined },
): Promise<void> {
  const { settlement } = (await session.protocol()).contracts;
  const account = await accountOrSender(session, given);
  const { owedMill } = await settlement.accountOf(account);
  const sent = await session.execute({
    title: `Hand ${account} what slashes awarded it`,
    facts: [
      ["owed", formatMill(owedMill)],
      ["becomes", "free credits of the account at the price of now"],
    ],
    steps: [{ label: "creditOwed", request: await settlement.creditOwed.populateTransaction(account) }],
  });
  if (sent === undefined) return;
  const credits = findEvent(settlement, sent.last, "OwedCredited")?.args["credits"] as bigint | undefined;
  session.output.result(
    { account, mill: owedMill, credits: credits ?? 0n, transaction: sent.last.hash },
    credits === undefined
      ? `There has been no price for long: ${formatMill(owedMill)} are paid out as they are.`
      : `${account} has ${formatCredits(credits)} more.`,
  );
}
