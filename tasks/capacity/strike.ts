import { findEvent } from "../lib/events.js";
import { parseEpoch, parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly node: string;
  readonly epoch: string;
}

export default async function strike(session: Session, { node, epoch: given }: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const nodeId = parseId(node, "--node");
  const epoch = parseEpoch(given);
  const { strikes: most } = await contracts.capacity.rules();
  const sent = await session.execute({
    title: `Count the silence of node ${nodeId} in epoch ${epoch}`,
    facts: [["result", `${most} in a row jail it, until it passes`]],
    steps: [{ label: "strike", request: await contracts.capacity.strike.populateTransaction(epoch, nodeId) }],
  });
  if (sent === undefined) return;
  const strikes = findEvent(contracts.capacity, sent.last, "NodeStruck")?.args["strikes"] as bigint;
  session.output.result(
    { epoch, nodeId, strikes, transaction: sent.last.hash },
    `Node ${nodeId} has been silent ${strikes} times in a row.`,
  );
}
