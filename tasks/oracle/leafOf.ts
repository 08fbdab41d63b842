import type { PeerClient } from "@millrace/oracle";
import { MillraceError } from "@millrace/sdk";
import type { ProvenLeaf, ReportRoot } from "@millrace/uptime-tree/format";

import { findLeaf } from "./findLeaf.js";

/**
 * A node's leaf of a report, from the first attestor that shows it.
 * @throws MillraceError WRONG_STATE when the report has no such node; DATA_UNAVAILABLE
 */
export async function leafOf(
  attestors: readonly PeerClient[],
  report: ReportRoot,
  nodeId: bigint,
): Promise<ProvenLeaf> {
  const found = await findLeaf(attestors, report, nodeId);
  if (found !== undefined) return found;
  throw new MillraceError("WRONG_STATE", `The report of epoch ${report.epoch} has no node ${nodeId}.`, {
    hint: "A report has the nodes that were registered when its epoch ended.",
  });
}
