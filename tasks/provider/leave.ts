import { formatMill } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";

export default async function leave(session: Session): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const { active, bonded, thawing } = await contracts.staking.accountOf(address);
  const sent = await session.execute({
    title: `End the registration of ${address}`,
    facts: [
      ["still its own", `${formatMill(active)} active, ${formatMill(bonded)} bonded, ${formatMill(thawing)} thawing`],
      ["way out", "npx hardhat provider unstake, then withdraw; both work without a registration"],
      ["way back", "npx hardhat provider register, at any time"],
    ],
    steps: [{ label: "deregister", request: await contracts.staking.deregister.populateTransaction() }],
  });
  if (sent === undefined) return;
  session.output.result({ provider: address, transaction: sent.last.hash }, `${address} is no provider any more.`);
}
