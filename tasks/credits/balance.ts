import { formatCredits, formatMill } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

export default async function balance(session: Session, { account: given }: { account: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const account = await accountAddress(session, given);
  const [{ free, locked, burned, owedMill }, position, collectable, wallet] = await Promise.all([
    contracts.settlement.accountOf(account),
    contracts.settlement.positionOf(account),
    contracts.settlement.collectable(account),
    contracts.token.balanceOf(account),
  ]);
  const { earned, requested } = position;
  session.output.result(
    { account, free, locked, burned, owedMill, earned, requested, collectable, wallet },
    `Account ${account}\n${facts([
      ["free", formatCredits(free)],
      ["locked in jobs", formatCredits(locked)],
      ["burned for these", formatMill(burned)],
      ["owed after a slash", formatMill(owedMill)],
      ["earned, not priced", formatCredits(earned)],
      ["being redeemed", formatCredits(requested)],
      ["to collect", formatMill(collectable)],
      ["in the wallet", formatMill(wallet)],
    ])}`,
  );
}
