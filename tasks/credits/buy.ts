import { formatCredits, formatMill, formatPpm, parseCredits, parseMill, parsePpm } from "@millrace/sdk";

import { approvalSteps } from "../lib/approval.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly mill: string;
  readonly minCredits: string | undefined;
  readonly minCollateral: string;
}

const WAD_PER_PPM = 10n ** 12n;

export default async function buy(session: Session, values: Values): Promise<void> {
  const mill = parseMill(values.mill);
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const [quote, before] = await Promise.all([
    contracts.settlement.quote(mill),
    contracts.settlement.accountOf(address),
  ]);
  const minCredits = values.minCredits === undefined ? (quote.credits * 99n) / 100n : parseCredits(values.minCredits);
  const minRatioWad = BigInt(parsePpm(values.minCollateral)) * WAD_PER_PPM;
  const sent = await session.execute({
    title: `Burn ${formatMill(mill)} for ${formatCredits(quote.credits)}`,
    facts: [
      ["at least", formatCredits(minCredits)],
      ["free credits", `${formatCredits(before.free)} → ${formatCredits(before.free + quote.credits)}`],
      ["backing after", formatPpm(quote.collateralRatioWad / WAD_PER_PPM)],
      ["left this hour", formatCredits(quote.hourlyLeft)],
    ],
    steps: [
      ...(await approvalSteps(session, await contracts.settlement.getAddress(), "the settlement", mill)),
      { label: "buy", request: await contracts.settlement.buy.populateTransaction(mill, minCredits, minRatioWad) },
    ],
  });
  if (sent === undefined) return;
  const credits = findEvent(contracts.settlement, sent.last, "Bought")?.args["credits"] as bigint;
  session.output.result(
    { buyer: address, mill, credits, transaction: sent.last.hash },
    `Bought ${formatCredits(credits)}; ${formatCredits(before.free + credits)} are free now.`,
  );
}
