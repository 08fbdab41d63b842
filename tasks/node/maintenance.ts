import { formatDuration, formatTime, MillraceError, parseDuration } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";
import { existingNode } from "./existingNode.js";

interface Values {
  readonly node: string;
  readonly in: string | undefined;
  readonly length: string | undefined;
  readonly cancel: boolean;
}

/** Windows that a list shows at most. */
const SHOWN = 10n;

export default async function maintenance(session: Session, values: Values): Promise<void> {
  if ((values.in === undefined) !== (values.length === undefined) || (values.cancel && values.in !== undefined)) {
    throw new MillraceError("BAD_INPUT", "node maintenance needs --in and --length together, --cancel, or neither.", {
      hint: "Say when a window begins and how long it lasts, or call the last one off.",
    });
  }
  const { nodeId } = await existingNode(session, values.node);
  if (values.cancel) await cancel(session, nodeId);
  else if (values.in === undefined || values.length === undefined) await list(session, nodeId);
  else await announce(session, nodeId, parseDuration(values.in), parseDuration(values.length));
}

async function announce(session: Session, nodeId: bigint, inSeconds: number, length: number): Promise<void> {
  const { contracts, now } = await session.protocol();
  const startAt = (await now()) + inSeconds;
  const [rules, used] = await Promise.all([
    contracts.maintenance.rules(),
    contracts.maintenance.usedBudget(nodeId, startAt + length),
  ]);
  const sent = await session.execute({
    title: `Announce maintenance of node ${nodeId}`,
    facts: [
      ["begins at", formatTime(startAt)],
      ["ends at", formatTime(startAt + length)],
      [
        "budget",
        `${formatDuration(used + BigInt(length))} of ${formatDuration(rules.budgetSeconds)} in ${formatDuration(rules.periodSeconds)}`,
      ],
      ["result", "buyers do not pay for it, and it breaks no promise of uptime"],
    ],
    steps: [
      { label: "announce", request: await contracts.maintenance.announce.populateTransaction(nodeId, startAt, length) },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { nodeId, startAt, endAt: startAt + length, transaction: sent.last.hash },
    `Node ${nodeId} is in maintenance from ${formatTime(startAt)} until ${formatTime(startAt + length)}.`,
  );
}

async function cancel(session: Session, nodeId: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const sent = await session.execute({
    title: `Call off the last maintenance of node ${nodeId}`,
    facts: [["result", "its budget is free again"]],
    steps: [{ label: "cancelLast", request: await contracts.maintenance.cancelLast.populateTransaction(nodeId) }],
  });
  if (sent === undefined) return;
  session.output.result({ nodeId, transaction: sent.last.hash }, "It is called off.");
}

async function list(session: Session, nodeId: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const count = await contracts.maintenance.windowCount(nodeId);
  const first = count > SHOWN ? count - SHOWN : 0n;
  const windows = await Promise.all(
    Array.from({ length: Number(count - first) }, async (_, i) => {
      const { startAt, endAt } = await contracts.maintenance.windowOf(nodeId, first + BigInt(i));
      return { startAt, endAt };
    }),
  );
  session.output.result(
    { nodeId, windows },
    table(
      ["from", "until", "lasts"],
      windows.map(({ startAt, endAt }) => [formatTime(startAt), formatTime(endAt), formatDuration(endAt - startAt)]),
      `Node ${nodeId} has no maintenance announced.`,
    ),
  );
}
