import { formatMill } from "@millrace/sdk";

import { accountAddress, accountOrSender } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly provider: string;
  readonly account: string | undefined;
}

/** Claims for anybody: the rewards go to whom they belong. */
export default async function rewards(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const provider = await accountAddress(session, values.provider);
  const account = await accountOrSender(session, values.account);
  const [mill, pool, recipient] = await Promise.all([
    contracts.staking.rewardsOf(provider, account),
    contracts.staking.poolOf(provider),
    account === provider ? contracts.settlement.payoutOf(provider) : account,
  ]);
  if (mill === 0n) {
    session.output.result(
      { provider, account, mill },
      `There is nothing to claim. ${formatMill(pool.arriving)} will be paid to the pool's shares in the next epoch.`,
    );
    return;
  }
  const sent = await session.execute({
    title: `Claim ${formatMill(mill)} that ${account} earned with ${provider}`,
    facts: [
      ["goes to", recipient],
      ["still to come", `${formatMill(pool.streaming)} in this epoch, ${formatMill(pool.arriving)} in the next`],
    ],
    steps: [
      { label: "claimRewards", request: await contracts.staking.claimRewards.populateTransaction(provider, account) },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider, account, recipient, mill, transaction: sent.last.hash },
    `About ${formatMill(mill)} are in the wallet of ${recipient}.`,
  );
}
