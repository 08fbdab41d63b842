import { labelOf } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function retire(session: Session, { node }: { node: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const nodeId = parseId(node, "--node");
  const { busyUnits, units } = await contracts.nodes.nodeOf(nodeId);
  const sent = await session.execute({
    title: `Retire node ${nodeId} for good`,
    facts: [
      ["hired units", `${busyUnits} of ${units}`],
      ["result", busyUnits === 0n ? "it is retired at once" : "no new work; retired with its last hire"],
    ],
    steps: [{ label: "retire", request: await contracts.nodes.retire.populateTransaction(nodeId) }],
  });
  if (sent === undefined) return;
  const status = labelOf("NodeStatus", await contracts.nodes.statusOf(nodeId));
  session.output.result({ nodeId, status, transaction: sent.last.hash }, `Node ${nodeId} is ${status}.`);
}
