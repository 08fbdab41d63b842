import { formatMill, formatTime } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

interface Values {
  readonly provider: string;
  readonly account: string;
}

export default async function delegation(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const [provider, account] = await Promise.all([
    accountAddress(session, values.provider),
    accountAddress(session, values.account),
  ]);
  const [position, exits] = await Promise.all([
    contracts.staking.delegationOf(provider, account),
    contracts.staking.undelegationsOf(provider, account),
  ]);
  const { earning, joining, undelegating, worth, rewards } = position;
  session.output.result(
    {
      provider,
      account,
      earning,
      joining,
      undelegating,
      worth,
      rewards,
      exits: exits.map(({ shares, releaseAt }) => ({ shares, releaseAt })),
    },
    `${account} with ${provider}\n${facts([
      ["worth now", formatMill(worth)],
      ["shares that earn", `${earning}`],
      ["from the next epoch", `${joining}`],
      ["on their way out", `${undelegating}`],
      ...exits.map(({ shares, releaseAt }) => ["  exit", `${shares} at ${formatTime(releaseAt)}`] as const),
      ["to claim", formatMill(rewards)],
    ])}`,
  );
}
