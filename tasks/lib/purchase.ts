import type { BaseContract, ContractTransaction } from "ethers";

import { formatCredits, formatMill, parseMill } from "@millrace/sdk";

import { LeaseMarket__factory } from "../../typechain-types/index.js";
import { requireMill } from "./approval.js";
import { permitFor } from "./permitFor.js";
import type { Session } from "./Session.js";
import type { Fact } from "./text.js";

/** Every market sells credits and takes several calls at once, by the same functions. */
const MARKET = LeaseMarket__factory.createInterface();

/** Part of the quoted credits that a purchase must bring: the price may move until it is mined. */
const LEAST = { numerator: 99n, denominator: 100n };

interface Purchase {
  readonly facts: readonly Fact[];
  readonly credits: bigint;
  /** The purchase with another call of the market behind it, as one transaction; both happen or none. */
  readonly with: (request: ContractTransaction) => ContractTransaction;
}

/** Buying credits at a market: signs a permit for the settlement to burn exactly that much, unless it may already. */
export async function purchase(session: Session, market: BaseContract, given: string): Promise<Purchase> {
  const mill = parseMill(given);
  const { contracts } = await session.protocol();
  await requireMill(session, mill);
  const quote = await contracts.settlement.quote(mill);
  const least = (quote.credits * LEAST.numerator) / LEAST.denominator;
  const { permit, isSigned } = await permitFor(session, mill);
  const to = await market.getAddress();
  const buying = MARKET.encodeFunctionData("buyCredits", [mill, least, 0n, permit]);
  return {
    credits: quote.credits,
    facts: [
      [
        "burned for credits",
        `${formatMill(mill)} for ${formatCredits(quote.credits)}, ${formatCredits(least)} at least`,
      ],
      [
        "permit",
        isSigned ? "signed for exactly that, good for an hour" : "not needed: the settlement may burn it already",
      ],
    ],
    with: ({ data }) => ({ to, data: MARKET.encodeFunctionData("multicall", [[buying, data]]) }),
  };
}

/** Nothing to buy: the call as it is. */
export const NO_PURCHASE: Purchase = { facts: [], credits: 0n, with: (request) => request };
