import { MillraceError, pickedNodes } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { epochOf } from "./epochOf.js";

/** Order of `ICapacityProofs.AnswerState`: nothing, committed. */
const COMMITTED = 1n;

export default async function silence(session: Session, { node }: { node: string | undefined }): Promise<void> {
  const { contracts } = await session.protocol();
  const epoch = await epochOf(session, undefined);
  const silent = (await pickedNodes(contracts, epoch)).filter(({ state }) => state <= COMMITTED);
  const nodeIds = node === undefined ? silent.map(({ nodeId }) => nodeId) : [BigInt(parseWhole(node, "--node"))];
  if (nodeIds.length === 0) {
    throw new MillraceError("WRONG_STATE", `No picked node was silent in epoch ${epoch}.`, {
      hint: "npx hardhat capacity status shows the round.",
    });
  }
  const sent = await session.execute({
    title: `Report the silence of ${counted(nodeIds.length, "node")} in epoch ${epoch}`,
    facts: [
      ["nodes", nodeIds.join(", ")],
      [
        "result",
        "the round is void if they have more stake than those that answered; else each silence can be counted",
      ],
    ],
    steps: await Promise.all(
      nodeIds.map(async (nodeId) => ({
        label: `reportSilence ${nodeId}`,
        request: await contracts.capacity.reportSilence.populateTransaction(nodeId),
      })),
    ),
  });
  if (sent === undefined) return;
  session.output.result(
    { epoch, nodeIds, transactions: sent.receipts.map(({ hash }) => hash) },
    `Reported: ${nodeIds.map((nodeId) => `node ${nodeId}`).join(", ")}.`,
  );
}
