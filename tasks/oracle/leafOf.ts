import { MillraceError } from "@millrace/sdk";
import type { ProvenLeaf } from "@millrace/uptime-tree/format";

import type { Protocol } from "../lib/Session.js";
import { clientsOf } from "./clientsOf.js";
import { findLeaf } from "./findLeaf.js";

/**
 * A node's leaf of the report that stands for an epoch.
 * @param attestors URLs with commas between them; what they show is held against the chain
 * @throws MillraceError WRONG_STATE without a report, or when it has no such node; BAD_INPUT; DATA_UNAVAILABLE
 */
export async function leafOf(
  { contracts }: Protocol,
  attestors: string,
  epoch: number,
  nodeId: bigint,
): Promise<ProvenLeaf> {
  const clients = clientsOf(attestors);
  const { root, finalAt } = await contracts.uptime.reportOf(epoch);
  if (finalAt === 0n) {
    throw new MillraceError("WRONG_STATE", `No report stands for epoch ${epoch}.`, {
      hint: "npx hardhat oracle status shows the latest reports.",
    });
  }
  const found = await findLeaf(clients, { epoch, root }, nodeId);
  if (found !== undefined) return found;
  throw new MillraceError("WRONG_STATE", `The report of epoch ${epoch} has no node ${nodeId}.`, {
    hint: "A report has the nodes that were registered when its epoch ended.",
  });
}
