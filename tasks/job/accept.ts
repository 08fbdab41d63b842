import { acceptance, fetchBundle, readOrder } from "@millrace/jobs";
import { formatCredits, formatDuration, formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly task: string;
  readonly node: string;
}

/** Fetches the data first: accepting states that they are held, and starts the time for the work. */
export default async function accept(session: Session, values: Values): Promise<void> {
  const { contracts, deployment, now } = await session.protocol();
  const [taskId, nodeId] = [parseId(values.task, "--task"), parseId(values.node, "--node")];
  const order = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
  const price = await contracts.tasks.priceAtDown(order, await now());
  const [bond, { provider }] = await Promise.all([
    contracts.tasks.bondOfUp(order, price),
    contracts.nodes.nodeOf(nodeId),
  ]);
  const { active } = await contracts.staking.accountOf(provider);
  const fromBlock = deployment.deployedAtBlock;
  const request = await acceptance(contracts, { market: contracts.tasks, taskId, order, nodeId, fromBlock });
  await session.check([{ label: "accept", request }]);
  const { program } = await fetchBundle(order.terms);
  const sent = await session.execute({
    title: `Accept task ${taskId} with node ${nodeId}`,
    facts: [
      ["pays now", `${formatCredits(price)}; the price still climbs to ${formatCredits(BigInt(order.terms.maxPrice))}`],
      ["bond", `${formatMill(bond)} of ${formatMill(active)} active; lost if the result is wrong`],
      [
        "work",
        `${program.totalWords.toLocaleString("en-US")} words in ${formatDuration(BigInt(order.terms.workSeconds))}`,
      ],
    ],
    steps: [{ label: "accept", request }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.tasks, sent.last, "TaskAccepted");
  const { attempt, price: agreed, bond: bonded } = event?.args.toObject() as Record<string, bigint>;
  session.output.result(
    { taskId, nodeId, attempt, price: agreed, bond: bonded, transaction: sent.last.hash },
    `Task ${taskId} is yours for ${formatCredits(agreed ?? 0n)}. Do the work: npx hardhat job submit --task ${taskId}`,
  );
}
