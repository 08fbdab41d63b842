import type { Contracts } from "@millrace/sdk";

import type { ITaskBook } from "../../../../typechain-types/index.js";

/** `ApprovalMarket.MAX_IN_FLIGHT`, which is a constant of the code. */
const MAX_IN_FLIGHT = 3n;

/**
 * MILL that accepting an order of chunks would bind: it answers for all chunks that could be in flight, not for one.
 * @param price - what each chunk pays, credits
 */
export async function chunkBond(
  { approvals }: Pick<Contracts, "approvals">,
  taskId: bigint,
  order: ITaskBook.TaskOrderStruct,
  price: bigint,
): Promise<bigint> {
  const { left } = await approvals.progressOf(taskId);
  return approvals.bondOfUp(order, price * (left < MAX_IN_FLIGHT ? left : MAX_IN_FLIGHT));
}
