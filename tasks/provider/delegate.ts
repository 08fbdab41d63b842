import { formatMill, formatPpm, formatTime, parseMill } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { approvalSteps } from "../lib/approval.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly provider: string;
  readonly amount: string;
}

export default async function delegate(session: Session, values: Values): Promise<void> {
  const mill = parseMill(values.amount);
  const { contracts, now } = await session.protocol();
  const provider = await accountAddress(session, values.provider);
  const [pool, commission, thawSeconds] = await Promise.all([
    contracts.staking.poolOf(provider),
    contracts.staking.commissionOf(provider),
    contracts.staking.thawSeconds(),
  ]);
  const sent = await session.execute({
    title: `Delegate ${formatMill(mill)} to ${provider}`,
    facts: [
      ["its pool", `${formatMill(pool.mill)} → ${formatMill(pool.mill + mill)}`],
      ["it keeps", `${formatPpm(commission.ppm)} of your rewards${rise(commission, await now())}`],
      ["at risk", "all of it, for what the provider's nodes do wrong; slashes of it are burned"],
      ["way out", `npx hardhat provider undelegate, then ${thawSeconds.toString()} seconds`],
    ],
    steps: [
      ...(await approvalSteps(session, await contracts.staking.getAddress(), "the staking registry", mill)),
      { label: "delegate", request: await contracts.staking.delegate.populateTransaction(provider, mill) },
    ],
  });
  if (sent === undefined) return;
  const shares = findEvent(contracts.staking, sent.last, "Delegated")?.args["shares"] as bigint;
  session.output.result(
    { provider, mill, shares, transaction: sent.last.hash },
    `Delegated. It counts for ${provider} at once and earns from the next epoch on.`,
  );
}

function rise({ nextPpm, changesAt }: { nextPpm: bigint; changesAt: bigint }, now: number): string {
  return changesAt > now ? `, ${formatPpm(nextPpm)} from ${formatTime(changesAt)} on` : "";
}
