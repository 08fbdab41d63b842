import type { ContestMove } from "@millrace/jobs";

import type { Desk } from "../Desk.js";

/** Shows what was proven to the cost of those who vouched for it, if there are any who did not pay for it yet. */
export async function convictVouchers(
  { sender, contracts }: Pick<Desk, "contracts" | "sender">,
  claimId: bigint,
  { conviction }: ContestMove,
): Promise<void> {
  if (conviction === undefined) return;
  const { vouched, convicted } = await contracts.checks.checkOf(claimId);
  if ((vouched & ~convicted) === 0n) return;
  await sender.send(() => conviction(contracts), "convict");
}
