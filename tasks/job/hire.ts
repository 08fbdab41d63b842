import { formatCredits, formatDuration, formatRate, formatTime, parseDuration, parseRate } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { parseId, parseWhole } from "../lib/inputs.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly node: string;
  readonly units: string;
  readonly seconds: string;
  readonly maxRate: string;
  readonly buy: string | undefined;
}

export default async function hire(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const nodeId = parseId(values.node, "--node");
  const units = parseWhole(values.units, "--units", 65_535);
  const [seconds, maxRate] = [parseDuration(values.seconds), parseRate(values.maxRate)];
  const [{ ratePerUnit }, { free }] = await Promise.all([
    contracts.nodes.askOf(nodeId),
    contracts.settlement.accountOf(address),
  ]);
  const buying = values.buy === undefined ? NO_PURCHASE : await purchase(session, contracts.leases, values.buy);
  const request = await contracts.leases.hire.populateTransaction(nodeId, units, seconds, maxRate);
  const sent = await session.execute({
    title: `Lease ${counted(units, "unit")} of node ${nodeId} for ${formatDuration(seconds)}`,
    facts: [
      ["asks", `${formatRate(ratePerUnit)} a unit (your maximum ${formatRate(maxRate)})`],
      [
        "locked now",
        `${formatCredits(ratePerUnit * BigInt(units * seconds))} of ${formatCredits(free + buying.credits)} free`,
      ],
      ...buying.facts,
      ["downtime", "seconds that the attestors saw down come back"],
    ],
    steps: [{ label: values.buy === undefined ? "hire" : "buy and hire", request: buying.with(request) }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.leases, sent.last, "LeaseHired");
  const [leaseId, paidThrough] = [event?.args["leaseId"] as bigint, event?.args["paidThrough"] as bigint];
  session.output.result(
    { leaseId, nodeId, paidThrough, transaction: sent.last.hash },
    `Lease ${leaseId} runs until ${formatTime(paidThrough)}.`,
  );
}
