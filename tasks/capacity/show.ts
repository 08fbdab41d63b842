import { labelOf } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";
import { existingNode } from "../node/existingNode.js";
import { epochOf } from "./epochOf.js";

interface Values {
  readonly node: string;
  readonly epoch: string | undefined;
}

export default async function show(session: Session, { node, epoch: given }: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const { capacity } = contracts;
  const { nodeId } = await existingNode(session, node);
  const epoch = await epochOf(session, given);
  const [isPicked, products, seed, answer, history, hasCapacity, rules] = await Promise.all([
    capacity.isPicked(nodeId, epoch),
    capacity.productsOf(nodeId, epoch),
    capacity.seedOf(nodeId, epoch),
    capacity.answerOf(nodeId, epoch),
    capacity.historyOf(nodeId),
    capacity.hasCapacity(nodeId, epoch),
    capacity.rules(),
  ]);
  const state = labelOf("AnswerState", answer.state);
  const rows = 2n ** rules.rowsLog2;
  const lanes = 32n * 2n ** rules.rowWordsLog2;
  session.output.result(
    {
      nodeId,
      epoch,
      isPicked,
      products,
      rows,
      lanes,
      seed,
      state,
      root: answer.root,
      lastPass: history.hasPassed ? history.lastPass : null,
      strikes: history.strikes,
      hasCapacity,
    },
    facts([
      ["node", nodeId.toString()],
      ["round of epoch", `${epoch}: ${isPicked ? "picked" : "not picked"}`],
      ["challenge", `${products} products of ${rows} x ${rows} x ${lanes} int8`],
      ["it did", state],
      ["last passed", history.hasPassed ? `in epoch ${history.lastPass}` : "never"],
      ["silent in a row", history.strikes.toString()],
      ["its points count", hasCapacity ? "yes" : "no"],
    ]),
  );
}
