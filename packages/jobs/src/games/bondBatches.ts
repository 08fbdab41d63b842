import { batchesOf } from "@millrace/sdk";

import type { IClaimGame } from "../../../../typechain-types/index.js";

/**
 * Ids of a claim's branches and demands whose bonds and fees are still held, in as many lists as withdrawals are needed: after a
 * restart some may be withdrawn already.
 */
export async function bondBatches(
  game: Pick<IClaimGame, "branchOf">,
  claimId: bigint,
  ids: readonly string[],
): Promise<string[][]> {
  const stored = await Promise.all(ids.map((id) => game.branchOf(claimId, id)));
  return batchesOf(ids.filter((_, i) => stored[i]?.bondGwei !== 0n));
}
