import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { claimMarketName } from "./markets.js";

interface Values {
  readonly checker: string;
  readonly market: string;
  readonly end: boolean;
}

export default async function nameChecker(session: Session, { checker: given, market, end }: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const game = claimMarketName(market) === "dispute" ? contracts.claims : contracts.runs;
  const { address } = await session.account();
  const checker = await accountAddress(session, given);
  const sent = await session.execute({
    title: `${end ? "Name" : "Let"} ${checker} ${end ? "as a checker no more" : `contest private results of ${address}`}`,
    facts: [
      ["market", market],
      ["concerns", "all private jobs of the account there, those that run included"],
    ],
    steps: [{ label: "nameChecker", request: await game.nameChecker.populateTransaction(checker, !end) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { buyer: address, checker, market, isNamed: !end, transaction: sent.last.hash },
    `${checker} may ${end ? "no longer" : "now"} point and demand in private jobs of ${address}.`,
  );
}
