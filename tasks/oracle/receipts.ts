import { counted } from "../lib/counted.js";
import { assertOnce, parseEpoch, parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { clientsOf } from "./clientsOf.js";
import { gatherReceipts } from "./gatherReceipts.js";
import { slotOf } from "./slotOf.js";

interface Values {
  readonly epoch: string;
  readonly node: string;
  readonly slots: string;
  readonly attestor: string;
}

/** Shows receipts of slots on chain, for leases of an epoch that has no report. */
export default async function receipts(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const epoch = parseEpoch(values.epoch);
  const nodeId = parseId(values.node, "--node");
  const slots = await Promise.all(values.slots.split(",").map((slot) => slotOf(session, slot, "--slots")));
  assertOnce(slots, values.slots, "--slots");
  const clients = clientsOf(values.attestor);
  // One of any attestor is enough for a slot.
  const found = await Promise.all(
    slots.map(async (slot) => await gatherReceipts(session, clients, { epoch, slot, nodeId })),
  );
  const shown = found.flatMap((each) => each.slice(0, 1)).map(({ evidence }) => evidence);
  const sent = await session.execute({
    title: `Show that node ${nodeId} was seen in ${counted(slots.length, "slot")} of epoch ${epoch}`,
    facts: [["slots", slots.join(", ")]],
    steps: [{ label: "show", request: await contracts.receipts.show.populateTransaction(epoch, nodeId, slots, shown) }],
  });
  if (sent === undefined) return;
  const seen = await contracts.receipts.seenOf(epoch, nodeId);
  session.output.result(
    { epoch, nodeId, seen, transaction: sent.last.hash },
    `Shown: node ${nodeId} was seen in slots ${slots.join(", ")}.`,
  );
}
