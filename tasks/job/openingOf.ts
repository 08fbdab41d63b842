import type { BaseContract, ContractTransaction } from "ethers";

import type { Step } from "../lib/Step.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";
import type { Fact } from "../lib/text.js";
import { traitFacts, traitSteps, type TraitValues } from "../lib/traits.js";

interface Opening {
  readonly traitsHash: string;
  readonly facts: readonly Fact[];
  /** Credits that are bought on the way. */
  readonly bought: bigint;
  /** Publishes traits that nobody has, and opens, with a purchase in the same transaction if one is wanted. */
  readonly steps: (open: ContractTransaction) => Step[];
}

/** What opening any order of a result has around it: traits of nodes, and credits bought by permit. */
export async function openingOf(
  session: Session,
  market: BaseContract,
  values: TraitValues & { readonly buy: string | undefined },
): Promise<Opening> {
  const traits = await traitSteps(session, values);
  const buying = values.buy === undefined ? NO_PURCHASE : await purchase(session, market, values.buy);
  const label = values.buy === undefined ? "open" : "buy and open";
  return {
    traitsHash: traits.hash,
    facts: [...traitFacts(values), ...buying.facts],
    bought: buying.credits,
    steps: (open) => [...traits.steps, { label, request: buying.with(open) }],
  };
}
