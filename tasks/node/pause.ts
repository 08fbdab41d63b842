import { labelOf } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly node: string;
  readonly end: boolean;
}

export default async function pause(session: Session, { node, end }: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const nodeId = parseId(node, "--node");
  const { busyUnits, units } = await contracts.nodes.nodeOf(nodeId);
  const request = end
    ? await contracts.nodes.resume.populateTransaction(nodeId)
    : await contracts.nodes.pause.populateTransaction(nodeId);
  const sent = await session.execute({
    title: end ? `Offer node ${nodeId} again` : `Take node ${nodeId} out of the market`,
    facts: [
      ["hired units", `${busyUnits} of ${units}`],
      ["result", end ? "it takes work, if the provider's stake carries it" : "no new work; what is hired runs on"],
    ],
    steps: [{ label: end ? "resume" : "pause", request }],
  });
  if (sent === undefined) return;
  const status = labelOf("NodeStatus", await contracts.nodes.statusOf(nodeId));
  session.output.result({ nodeId, status, transaction: sent.last.hash }, `Node ${nodeId} is ${status}.`);
}
