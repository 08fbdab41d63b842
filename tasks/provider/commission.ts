import { formatPpm, formatTime, parsePpm } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function commission(session: Session, { share }: { share: string }): Promise<void> {
  const ppm = parsePpm(share);
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const before = await contracts.staking.commissionOf(address);
  const sent = await session.execute({
    title: `Keep ${formatPpm(ppm)} of what delegators earn`,
    facts: [
      ["commission", `${formatPpm(before.ppm)} → ${formatPpm(ppm)}`],
      ["holds", BigInt(ppm) > before.ppm ? "after a thaw period, so that delegators can leave before" : "at once"],
    ],
    steps: [{ label: "setCommission", request: await contracts.staking.setCommission.populateTransaction(ppm) }],
  });
  if (sent === undefined) return;
  const changesAt = findEvent(contracts.staking, sent.last, "CommissionChanged")?.args["changesAt"] as bigint;
  session.output.result(
    { provider: address, ppm, changesAt, transaction: sent.last.hash },
    `The commission is ${formatPpm(ppm)} from ${formatTime(changesAt)} on.`,
  );
}
