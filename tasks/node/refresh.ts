import { formatMill, MillraceError } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { existingNode } from "./existingNode.js";

export default async function refresh(session: Session, { node }: { node: string }): Promise<void> {
  const { nodes, catalog } = (await session.protocol()).contracts;
  const { nodeId, provider } = await existingNode(session, node);
  const { classId, stakePerUnit: before } = await nodes.nodeOf(nodeId);
  const { stakePerUnit: wanted } = await catalog.entryOf(classId);
  if (before === wanted) {
    throw new MillraceError("WRONG_STATE", `Node ${nodeId} needs what its class does, ${formatMill(before)} a unit.`, {
      hint: "There is nothing to bring up to date.",
    });
  }
  const sent = await session.execute({
    title: `Bring the stake of node ${nodeId} up to date with its class`,
    facts: [
      ["provider", provider],
      ["needs", `${formatMill(before)} a unit; its class ${formatMill(wanted)}`],
      ["holds", wanted > before ? "once the class's grace period is over" : "at once"],
    ],
    steps: [{ label: "refreshStake", request: await nodes.refreshStake.populateTransaction(nodeId) }],
  });
  if (sent === undefined) return;
  const { stakePerUnit } = await nodes.nodeOf(nodeId);
  session.output.result(
    { nodeId, stakePerUnit, transaction: sent.last.hash },
    `Node ${nodeId} needs ${formatMill(stakePerUnit)} a unit.`,
  );
}
