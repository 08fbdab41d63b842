import { decodeError, formatMill, parseMill } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { approvalSteps } from "../lib/approval.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly amount: string;
  readonly provider: string | undefined;
}

export default async function stake(session: Session, { amount, provider: given }: Values): Promise<void> {
  const mill = parseMill(amount);
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const provider = given === undefined ? address : await accountAddress(session, given);
  const before = await contracts.staking.accountOf(provider);
  // As the contract would refuse it, but before the balance is looked at: whoever begins is told of the first step first.
  if (!before.registered) {
    const data = contracts.staking.interface.encodeErrorResult("StakingRegistry_NotRegistered", [provider]);
    throw decodeError({ data });
  }
  const request =
    provider === address
      ? await contracts.staking.stake.populateTransaction(mill)
      : await contracts.staking.stakeFor.populateTransaction(provider, mill);
  const sent = await session.execute({
    title: `Stake ${formatMill(mill)}${provider === address ? "" : ` for ${provider}, without a claim to it`}`,
    facts: [["active stake", `${formatMill(before.active)} → ${formatMill(before.active + mill)}`]],
    steps: [
      ...(await approvalSteps(session, await contracts.staking.getAddress(), "the staking registry", mill)),
      { label: "stake", request },
    ],
  });
  if (sent === undefined) return;
  const { active } = await contracts.staking.accountOf(provider);
  session.output.result(
    { provider, staked: mill, active, transaction: sent.last.hash },
    `Staked. The active stake of ${provider} is ${formatMill(active)}.`,
  );
}
