import { formatDuration, formatKinds, formatRate, MillraceError, parseDuration, parseRate } from "@millrace/sdk";

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
  const { rate, minSeconds, maxSeconds, kinds } = values;
  if (rate === undefined && minSeconds === undefined && maxSeconds === undefined && kinds === undefined) {
    throw new MillraceError("BAD_INPUT", "node ask needs something to change.", {
      hint: "Give --rate, --min-seconds, --max-seconds or --kinds.",
    });
  }
  const before = await contracts.nodes.askOf(nodeId);
  const after = {
    ratePerUnit: rate === undefined ? before.ratePerUnit : parseRate(rate),
    minSeconds: minSeconds === undefined ? before.minSeconds : parseDuration(minSeconds),
    maxSeconds: maxSeconds === undefined ? before.maxSeconds : parseDuration(maxSeconds),
    kinds: kinds === undefined ? before.kinds : parseKinds(kinds),
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
