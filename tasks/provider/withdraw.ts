import { formatMill, formatTime, MillraceError } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";

export default async function withdraw(session: Session): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const [mill, thaws] = await Promise.all([
    contracts.staking.withdrawable(address),
    contracts.staking.thawsOf(address),
  ]);
  if (mill === 0n) {
    const next = thaws.map(({ releaseAt }) => releaseAt).sort((a, b) => Number(a - b))[0];
    throw new MillraceError("WRONG_STATE", "Nothing has thawed yet.", {
      hint:
        next === undefined
          ? "Start with npx hardhat provider unstake."
          : `The next thaw matures at ${formatTime(next)}.`,
    });
  }
  const sent = await session.execute({
    title: `Withdraw ${formatMill(mill)}`,
    facts: [["goes to", address]],
    steps: [{ label: "withdraw", request: await contracts.staking.withdraw.populateTransaction() }],
  });
  if (sent === undefined) return;
  session.output.result({ mill, transaction: sent.last.hash }, `${formatMill(mill)} are in the wallet of ${address}.`);
}
