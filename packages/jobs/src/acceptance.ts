import type { ContractTransaction } from "ethers";

import type { Contracts } from "@millrace/sdk";

import type { ITaskBook } from "../../../typechain-types/index.js";
import { readNodeDetails } from "./readNodeDetails.js";
import { readTraits } from "./readTraits.js";

interface Acceptance {
  readonly market: Pick<ITaskBook, "accept" | "acceptFitting">;
  readonly taskId: bigint;
  readonly order: ITaskBook.TaskOrderStruct;
  readonly nodeId: bigint;
  /** Block of the deployment, from which logs are read. */
  readonly fromBlock: number;
}

/** The call that takes a task whose data are held; shows the node's traits where the order asks for any. */
export async function acceptance(
  { traits: desk, nodes }: Pick<Contracts, "traits" | "nodes">,
  { market, taskId, order, nodeId, fromBlock }: Acceptance,
): Promise<ContractTransaction> {
  const traits = await readTraits(desk, String(order.terms.traitsHash), fromBlock);
  if (traits === undefined) return market.accept.populateTransaction(taskId, order, nodeId, true);
  const details = await readNodeDetails(nodes, nodeId, fromBlock);
  return market.acceptFitting.populateTransaction(taskId, order, nodeId, true, traits, details);
}
