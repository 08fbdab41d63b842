import type { Maker, Policy } from "../config.js";
import { type Offer, refusalOf } from "../tasks/refusal.js";

/** Why a policy does not take an order of chunks for a maker, or undefined if it does. */
export function chunkRefusal(policy: Policy, maker: Maker, offer: Offer): string | undefined {
  // Each order is a work of its own: it is chosen by its maker, never by its hash.
  const refusal = refusalOf({ ...policy, programs: undefined }, offer);
  if (refusal !== undefined) return refusal;
  if (maker.timeoutSeconds + policy.spareSeconds > Number(offer.order.terms.workSeconds))
    return "a chunk may take longer than the work may";
  return undefined;
}
