import { formatDuration, formatKinds, formatRate, parseDuration, parseRate } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { parseKinds } from "./kinds.js";

interface Values {
  readonly node: string;
  readonly rate: string | undefined;
  readonly minSeconds: string | undefined;
  readonly maxSeconds: string | undefined;
  readonly kinds: string | undefined;
}

interface Ask {
  readonly ratePerUnit: bigint;
  readonly minSeconds: bigint | number;
  readonly maxSeconds: bigint | number;
  readonly kinds: bigint | number;
}

/** What is not given stays as it is. */
export default async function ask(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const nodeId = parseId(values.node, "--node");
  const before = await contracts.nodes.askOf(nodeId);
  const after = {
    ratePerUnit: values.rate === undefined ? before.ratePerUnit : parseRate(values.rate),
    minSeconds: values.minSeconds === undefined ? before.minSeconds : parseDuration(values.minSeconds),
    maxSeconds: values.maxSeconds === undefined ? before.maxSeconds : parseDuration(values.maxSeconds),
    kinds: values.kinds === undefined ? before.kinds : parseKinds(values.kinds),
    changedAt: 0,
  };
  const sent = await session.execute({
    title: `Change the price list of node ${nodeId}`,
    facts: [
      ["before", describe(before)],
      ["after", describe(after)],
    ],
    steps: [{ label: "setAsk", request: await contracts.nodes.setAsk.populateTransaction(nodeId, after) }],
  });
  if (sent === undefined) return;
  session.output.result({ nodeId, ask: after, transaction: sent.last.hash }, `Node ${nodeId} asks ${describe(after)}.`);
}

function describe({ ratePerUnit, minSeconds, maxSeconds, kinds }: Ask): string {
  return `${formatRate(ratePerUnit)} a unit, ${formatDuration(minSeconds)} to ${formatDuration(maxSeconds)}, ${formatKinds(kinds)}`;
}
