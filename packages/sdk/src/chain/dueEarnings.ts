import type { ContractTransaction } from "ethers";

import type { Contracts } from "../deployment/connectContracts.js";
import { MAX_BATCH_ITEMS } from "./batches.js";

/** What an account can collect for work and redemptions, and the call that pays it. */
export interface DueEarnings {
  readonly mill: bigint;
  /** Name of the function that is called. */
  readonly by: "collect" | "collectEpochs";
  readonly collect: () => Promise<ContractTransaction>;
}

/**
 * What an account is owed now; undefined if nothing.
 * @param asides epochs of which something is set aside, as `setAsideEpochs` finds them; their closes may be to come
 */
export async function dueEarnings(
  settlement: Contracts["settlement"],
  account: string,
  asides: readonly number[],
): Promise<DueEarnings | undefined> {
  const epochs = asides.slice(0, MAX_BATCH_ITEMS);
  const [mill, withAsides] = await Promise.all([
    settlement.collectable(account),
    epochs.length === 0 ? 0n : settlement.collectEpochs.staticCall(account, epochs),
  ]);
  if (withAsides > mill) {
    const collect = () => settlement.collectEpochs.populateTransaction(account, epochs);
    return { mill: withAsides, by: "collectEpochs", collect };
  }
  if (mill === 0n) return undefined;
  return { mill, by: "collect", collect: () => settlement.collect.populateTransaction(account) };
}
