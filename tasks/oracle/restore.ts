import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import type { ChallengeValues } from "./challengeOf.js";
import { clientsOf } from "./clientsOf.js";
import { gatherReceipts } from "./gatherReceipts.js";
import { leafOf } from "./leafOf.js";
import { postedReport } from "./postedReport.js";
import { slotOf } from "./slotOf.js";

/** Restores a slot that a report has down, with receipts of enough attestors. */
export default async function restore(
  session: Session,
  values: ChallengeValues & { readonly attestor: string },
): Promise<void> {
  const { contracts } = await session.protocol();
  const { epoch, report } = await postedReport(session, values.epoch);
  const [nodeId, slot] = [parseId(values.node, "--node"), await slotOf(session, values.slot)];
  const clients = clientsOf(values.attestor);
  const { leaf, proof } = await leafOf(clients, report, nodeId);
  const receipts = (await gatherReceipts(session, clients, { epoch, slot, nodeId })).map(({ evidence }) => evidence);
  const sent = await session.execute({
    title: `Restore slot ${slot} of node ${nodeId} in epoch ${epoch}`,
    facts: [["receipts", `of seats ${receipts.map(({ seat }) => seat).join(", ")}`]],
    steps: [
      {
        label: "restoreSlot",
        request: await contracts.challenges.restoreSlot.populateTransaction(report, leaf, proof, slot, receipts),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { epoch, nodeId, slot, seats: receipts.map(({ seat }) => seat), transaction: sent.last.hash },
    `Slot ${slot} of node ${nodeId} is up; settle the correction when the report is final (oracle correct).`,
  );
}
