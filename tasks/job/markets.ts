import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

/** The markets for results, as `--market` names them. */
const MARKETS = { dispute: "tasks", machine: "machines", approval: "approvals", proof: "proofs" } as const;

export type MarketName = keyof typeof MARKETS;
export type ResultMarket = Contracts[(typeof MARKETS)[MarketName]];

export const MARKET_NAMES = Object.keys(MARKETS) as MarketName[];

/** The markets whose results are claimed, and can be contested. */
export type ClaimMarketName = "dispute" | "machine";

/** The market of a task whose result is claimed. */
export function claimMarketOf(contracts: Contracts, name: string): Contracts["machines"] | Contracts["tasks"] {
  return contracts[MARKETS[claimMarketName(name)]];
}

/** The market of a task: its number counts within it. */
export function marketOf(contracts: Contracts, name: string): ResultMarket {
  if (Object.hasOwn(MARKETS, name)) return contracts[MARKETS[name as MarketName]];
  throw badMarket(name, MARKET_NAMES);
}

export function isClaimMarket(name: string): name is ClaimMarketName {
  return name === "dispute" || name === "machine";
}

export function claimMarketName(name: string): ClaimMarketName {
  if (isClaimMarket(name)) return name;
  throw badMarket(name, ["dispute", "machine"]);
}

function badMarket(name: string, names: readonly string[]): MillraceError {
  return new MillraceError("BAD_INPUT", `--market is "${name}".`, { hint: `Choose one of ${names.join(", ")}.` });
}
