import type { ITaskBook } from "../../../../typechain-types/index.js";
import type { Policy } from "../config.js";

export interface Offer {
  readonly order: ITaskBook.TaskOrderStruct;
  /** What the order pays now, credits. */
  readonly price: bigint;
  /** What it would bind now, MILL. */
  readonly bond: bigint;
}

/** Why a policy does not take an order, or undefined if it does. */
export function refusalOf(policy: Policy, { order, price, bond }: Offer): string | undefined {
  const { programHash, responseSeconds, windowSeconds, workSeconds } = order.terms;
  if (!policy.acceptTasks) return "the policy takes no tasks";
  if (price < policy.minPriceCredits) return "the price is too low";
  if (policy.maxBondMill !== undefined && bond > policy.maxBondMill) return "the bond is too high";
  if (policy.programs?.every((hash) => hash.toLowerCase() !== String(programHash).toLowerCase()) === true)
    return "the program is not one of the policy's";
  if (Number(responseSeconds) < policy.minResponseSeconds) return "answers would be due too fast";
  if (Number(windowSeconds) > policy.maxWindowSeconds) return "the node and the bond would be held too long";
  if (Number(workSeconds) < policy.spareSeconds) return "there is no time for the work";
  return undefined;
}

/** Why a policy will not take an order at any price that it comes to, or undefined if it may. */
export function neverTaken(policy: Policy, order: ITaskBook.TaskOrderStruct, now: number): string | undefined {
  if (now > Number(order.terms.expiresAt)) return "it has expired";
  return refusalOf(policy, { order, price: BigInt(order.terms.maxPrice), bond: 0n });
}
