import { fetchLeaf, type PeerClient } from "@millrace/oracle";
import { MillraceError } from "@millrace/sdk";
import type { ProvenLeaf, ReportRoot } from "@millrace/uptime-tree/format";

/**
 * A node's leaf of a report from the first attestor that shows it; undefined if the report has none, as it was
 * registered later.
 * @throws MillraceError DATA_UNAVAILABLE when one of them gave no answer that can be relied on, and no other the leaf
 */
export async function findLeaf(
  attestors: readonly PeerClient[],
  report: ReportRoot,
  nodeId: bigint,
): Promise<ProvenLeaf | undefined> {
  const { proven, problems } = await fetchLeaf(attestors, report, nodeId);
  if (proven !== undefined || problems.every(({ code }) => code === "NOT_FOUND")) return proven;
  const what = `No attestor shows the leaf of node ${nodeId} in epoch ${report.epoch}`;
  throw new MillraceError("DATA_UNAVAILABLE", `${what}: ${problems.map(({ message }) => message).join("; ")}.`, {
    hint: "Name other attestors with --attestor.",
  });
}
