import { formatCredits, formatMill, formatPpm, parseCredits, parseMill, parsePpm } from "@millrace/sdk";

import { approvalSteps, requireMill } from "../lib/approval.js";
import { findEvent } from "../lib/events.js";
import { permitFor } from "../lib/permitFor.js";
import type { Step } from "../lib/Step.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly mill: string;
  readonly minCredits: string | undefined;
  readonly minCollateral: string;
  readonly permit: boolean;
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
    steps: values.permit
      ? await bySignature(session, { mill, minCredits, minRatioWad })
      : await byApproval(session, { mill, minCredits, minRatioWad }),
  });
  if (sent === undefined) return;
  const credits = findEvent(contracts.settlement, sent.last, "Bought")?.args["credits"] as bigint;
  session.output.result(
    { buyer: address, mill, credits, transaction: sent.last.hash },
    `Bought ${formatCredits(credits)}; ${formatCredits(before.free + credits)} are free now.`,
  );
}

interface Purchase {
  readonly mill: bigint;
  readonly minCredits: bigint;
  readonly minRatioWad: bigint;
}

async function byApproval(session: Session, { mill, minCredits, minRatioWad }: Purchase): Promise<Step[]> {
  const { settlement } = (await session.protocol()).contracts;
  return [
    ...(await approvalSteps(session, await settlement.getAddress(), "the settlement", mill)),
    { label: "buy", request: await settlement.buy.populateTransaction(mill, minCredits, minRatioWad) },
  ];
}

/** Any market takes permits and buys for its caller; the settlement itself takes none. */
async function bySignature(session: Session, { mill, minCredits, minRatioWad }: Purchase): Promise<Step[]> {
  const { tasks } = (await session.protocol()).contracts;
  await requireMill(session, mill);
  const { permit } = await permitFor(session, mill);
  return [{ label: "buy", request: await tasks.buyCredits.populateTransaction(mill, minCredits, minRatioWad, permit) }];
}
