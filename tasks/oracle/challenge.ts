import { formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { clientsOf } from "./clientsOf.js";
import { leafOf } from "./leafOf.js";
import { postedReport } from "./postedReport.js";
import { slotOf } from "./slotOf.js";

interface Values {
  readonly epoch: string;
  readonly node: string;
  readonly slot: string;
  readonly attestor: string;
}

/** Challenges a slot that a report has up. */
export default async function challenge(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const { epoch, report } = await postedReport(session, values.epoch);
  const [nodeId, slot] = [parseId(values.node, "--node"), await slotOf(session, values.slot)];
  const { leaf, proof } = await leafOf(clientsOf(values.attestor), report, nodeId);
  const { challenges } = contracts;
  const value = await challenges.bondOf(epoch);
  const sent = await session.execute({
    title: `Challenge slot ${slot} of node ${nodeId} in epoch ${epoch}`,
    facts: [
      ["bond", "back to you if nobody answers, and the slot is cleared; for whoever answers otherwise"],
      ["answer", "a heartbeat and receipts of enough attestors"],
    ],
    steps: [
      {
        label: "challengeSlot",
        request: await challenges.challengeSlot.populateTransaction(report, leaf, proof, slot, { value }),
      },
    ],
  });
  if (sent === undefined) return;
  const args = findEvent(challenges, sent.last, "SlotChallenged")?.args;
  const [challengeId, answerBy] = [args?.["challengeId"] as string, args?.["answerBy"] as bigint];
  session.output.result(
    { epoch, nodeId, slot, challengeId, answerBy, transaction: sent.last.hash },
    `Challenged as ${challengeId}: it can be answered until ${formatTime(answerBy)}.`,
  );
}
