import { isLeafIn, type ProvenLeaf, type ReportRoot } from "@millrace/uptime-tree/format";

import { type PeerClient, PeerError } from "../http/PeerClient.js";

/** What attestors answered who were asked for a leaf. */
export interface LeafAnswers {
  /** The leaf, of the first attestor that showed it. */
  readonly proven: ProvenLeaf | undefined;
  /** Why those that were asked before did not: `NOT_FOUND`, `NO_ANSWER`, `BAD_ANSWER`, or `FALSE_LEAF`. */
  readonly problems: readonly PeerError[];
}

/**
 * A node's leaf of a report. An attestor that shows another one is passed over: the contract would refuse it, and refuse
 * it again for as long as the same attestor is asked first.
 */
export async function fetchLeaf(
  attestors: readonly Pick<PeerClient, "leaf" | "url">[],
  report: ReportRoot,
  nodeId: bigint,
): Promise<LeafAnswers> {
  const problems: PeerError[] = [];
  for (const attestor of attestors) {
    try {
      const proven = await attestor.leaf(report.epoch, nodeId);
      if (isLeafIn(report, nodeId, proven)) return { proven, problems };
      const what = `shows a leaf of node ${String(nodeId)} that is not in the report of epoch ${report.epoch}`;
      problems.push(new PeerError(attestor.url, "FALSE_LEAF", what));
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      problems.push(error);
    }
  }
  return { proven: undefined, problems };
}
