import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

/** The markets for results, as `--market` names them. */
const MARKETS = { dispute: "tasks", approval: "approvals", proof: "proofs" } as const;

export type ResultMarket = Contracts["tasks"] | Contracts["approvals"] | Contracts["proofs"];

/** The market of a task: its number counts within it. */
export function marketOf(contracts: Contracts, name: string): ResultMarket {
  if (Object.hasOwn(MARKETS, name)) return contracts[MARKETS[name as keyof typeof MARKETS]];
  throw new MillraceError("BAD_INPUT", `--market is "${name}".`, {
    hint: `Choose one of ${Object.keys(MARKETS).join(", ")}.`,
  });
}
