import type { Policy, Prover } from "../config.js";
import { type Offer, refusalOf } from "../tasks/refusal.js";

/**
 * Why a policy does not take an order of a proof for a prover, or undefined if it does.
 * @param queuedSeconds - what proofs that were taken may take first: they are made one after the other
 */
export function proofRefusal(policy: Policy, prover: Prover, offer: Offer, queuedSeconds = 0): string | undefined {
  // Each order is chosen by its prover, never by its hash, and nobody asks questions about a proof.
  const refusal = refusalOf({ ...policy, programs: undefined, minResponseSeconds: 0 }, offer);
  if (refusal !== undefined) return refusal;
  if (queuedSeconds + prover.timeoutSeconds + policy.spareSeconds > Number(offer.order.terms.workSeconds))
    return "a proof may take longer than the work may";
  return undefined;
}
