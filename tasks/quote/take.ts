import { formatCredits, formatDuration, formatMill, formatPpm, formatRate, formatTime } from "@millrace/sdk";
import { MillraceError, parseDuration } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";
import { readQuote } from "./readQuote.js";

interface Values {
  readonly quote: string;
  readonly units: string;
  readonly seconds: string;
  readonly buy: string | undefined;
}

export default async function take(session: Session, values: Values): Promise<void> {
  const { contracts, chainId } = await session.protocol();
  const signed = await readQuote(values.quote);
  if (signed.chainId !== chainId || signed.contract !== (await contracts.quotes.getAddress())) {
    throw new MillraceError("BAD_INPUT", `The quote in ${values.quote} is for another chain or deployment.`, {
      hint: "Choose the network that it was signed for.",
    });
  }
  const { quote, signer, signature } = signed;
  const [units, seconds] = [parseWhole(values.units, "--units", 65_535), parseDuration(values.seconds)];
  const { address } = await session.account();
  const { free } = await contracts.settlement.accountOf(address);
  const request = await contracts.quotes.take.populateTransaction(quote, units, seconds, signer, signature);
  const buying = values.buy === undefined ? NO_PURCHASE : await purchase(session, contracts.quotes, values.buy);
  const sent = await session.execute({
    title: `Lease ${counted(units, "unit")} of node ${quote.nodeId} for ${formatDuration(seconds)}`,
    facts: [
      ["quoted", `${formatRate(quote.ratePerUnit)} a unit`],
      [
        "locked now",
        `${formatCredits(quote.ratePerUnit * BigInt(units * seconds))} of ${formatCredits(free + buying.credits)} free`,
      ],
      ...buying.facts,
      ["promised", `${formatPpm(quote.uptimePpm)} uptime, ${formatMill(quote.bondPerUnit * BigInt(units))} bonded`],
    ],
    steps: [{ label: values.buy === undefined ? "take" : "buy and take", request: buying.with(request) }],
  });
  if (sent === undefined) return;
  const leaseId = findEvent(contracts.quotes, sent.last, "QuoteTaken")?.args["leaseId"] as bigint;
  const { paidThrough } = await contracts.leases.leaseOf(leaseId);
  session.output.result(
    { leaseId, nodeId: quote.nodeId, paidThrough, transaction: sent.last.hash },
    `Lease ${leaseId} runs until ${formatTime(paidThrough)}.`,
  );
}
