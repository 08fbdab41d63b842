import { formatMill, formatTime } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

export default async function info(session: Session, { provider: given }: { provider: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const provider = await accountAddress(session, given);
  const [account, thaws, hasAccess, wallet, collectable, position] = await Promise.all([
    contracts.staking.accountOf(provider),
    contracts.staking.thawsOf(provider),
    contracts.staking.hasAccess(provider),
    contracts.token.balanceOf(provider),
    contracts.settlement.collectable(provider),
    contracts.settlement.positionOf(provider),
  ]);
  const { active, bonded, thawing, required, registered } = account;
  session.output.result(
    {
      provider,
      registered,
      hasAccess,
      active,
      bonded,
      thawing,
      required,
      thaws: thaws.map(({ id, amount, releaseAt }) => ({ id, amount, releaseAt })),
      wallet,
      earned: position.earned,
      collectable,
    },
    `Provider ${provider}\n${facts([
      ["registered", registered ? "yes" : "no"],
      ["may work", hasAccess ? "yes" : "no"],
      ["active stake", `${formatMill(active)} (nodes need ${formatMill(required)})`],
      ["bonded to jobs", formatMill(bonded)],
      ["thawing", formatMill(thawing)],
      ...thaws.map(
        ({ id, amount, releaseAt }) => [`  thaw ${id}`, `${formatMill(amount)} at ${formatTime(releaseAt)}`] as const,
      ),
      ["in the wallet", formatMill(wallet)],
      ["to collect", formatMill(collectable)],
    ])}`,
  );
}
