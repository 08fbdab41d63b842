import type { Move, PostedClaim } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";

import type { Desk } from "../Desk.js";

type Proof = Extract<Move, { kind: "prove" }>;

/** Shows a wrong word to the cost of those who vouched for it, if there are any who did not pay for it yet. */
export async function convictVouchers(
  { sender }: Pick<Desk, "sender">,
  { checks }: Pick<Contracts, "checks">,
  { claimId, claim }: PostedClaim,
  { target, witness, reveal }: Proof,
): Promise<boolean> {
  const { vouched, convicted } = await checks.checkOf(claimId);
  if ((vouched & ~convicted) === 0n) return false;
  await sender.send(() => checks.convict.populateTransaction(claimId, claim, target, witness, reveal), "convict");
  return true;
}
