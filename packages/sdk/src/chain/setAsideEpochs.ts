import type { Contracts } from "../deployment/connectContracts.js";

/**
 * Epochs of which something of an account is set aside, because their close came late: `collect` leaves that out, it has
 * to be asked for by its epoch.
 * @param epochs those of its `SetAside` events, whether or not it was collected since
 */
export async function setAsideEpochs(
  settlement: Contracts["settlement"],
  account: string,
  epochs: readonly number[],
): Promise<number[]> {
  const known = [...new Set(epochs)];
  const asides = await Promise.all(known.map((epoch) => settlement.setAsideOf(account, epoch)));
  return known.filter((_, i) => (asides[i]?.earned ?? 0n) > 0n || (asides[i]?.requested ?? 0n) > 0n);
}
