import { formatDuration, formatKinds, formatRate, labelOf, readNumbered, shortHex } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Protocol, Session } from "../lib/Session.js";
import { table } from "../lib/text.js";
import { classId } from "./classId.js";

interface Values {
  readonly provider: string | undefined;
  readonly class: string | undefined;
}

export default async function list(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const provider = values.provider === undefined ? undefined : await accountAddress(session, values.provider);
  const wantedClass = values.class === undefined ? undefined : await classId(protocol, values.class);
  const count = Number(await protocol.contracts.nodes.nodeCount());
  const nodes = [];
  for await (const [read, node] of readNumbered(count, async (nodeId) => readNode(protocol, nodeId))) {
    session.output.progress(`Reading nodes: ${read} of ${count}.`);
    if (provider !== undefined && node.provider !== provider) continue;
    if (wantedClass === undefined || node.classId === wantedClass) nodes.push(node);
  }
  const rows = nodes.map(({ nodeId, className, units, busyUnits, status, provider: owner, ask }) => [
    `${nodeId}`,
    className,
    `${units - busyUnits} of ${units}`,
    status,
    formatRate(ask.ratePerUnit),
    `${formatDuration(ask.minSeconds)} to ${formatDuration(ask.maxSeconds)}`,
    formatKinds(ask.kinds),
    shortHex(owner),
  ]);
  session.output.result(
    { nodes },
    table(
      ["node", "class", "free units", "status", "asks", "for", "takes", "provider"],
      rows,
      "There are no such nodes.",
    ),
  );
}

async function readNode({ contracts, deployment }: Protocol, nodeId: number) {
  const [node, ask, status, agent] = await Promise.all([
    contracts.nodes.nodeOf(nodeId),
    contracts.nodes.askOf(nodeId),
    contracts.nodes.statusOf(nodeId),
    contracts.nodes.agentOf(nodeId),
  ]);
  const className = Object.entries(deployment.classes).find(([, id]) => id === Number(node.classId))?.[0];
  return {
    nodeId,
    provider: node.provider,
    agent,
    classId: Number(node.classId),
    className: className ?? `class ${node.classId}`,
    units: Number(node.units),
    busyUnits: Number(node.busyUnits),
    status: labelOf("NodeStatus", status),
    ask: {
      ratePerUnit: ask.ratePerUnit,
      minSeconds: Number(ask.minSeconds),
      maxSeconds: Number(ask.maxSeconds),
      kinds: Number(ask.kinds),
    },
  };
}
