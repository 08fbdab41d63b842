import { acceptance, readOrder } from "@millrace/jobs";
import { formatCredits, formatDuration, formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { claimedJob } from "./claimedJob.js";
import { claimMarketName, claimMarketOf } from "./markets.js";

interface Values {
  readonly market: string;
  readonly task: string;
  readonly node: string;
}

/** Fetches the data first: accepting states that they are held, and starts the time for the work. */
export default async function accept(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, deployment, now } = protocol;
  const kind = claimMarketName(values.market);
  const market = claimMarketOf(contracts, kind);
  const [taskId, nodeId] = [parseId(values.task, "--task"), parseId(values.node, "--node")];
  const fromBlock = deployment.deployedAtBlock;
  const order = await readOrder(market, taskId, fromBlock);
  const price = await market.priceAtDown(order, await now());
  const [bond, { provider }] = await Promise.all([market.bondOfUp(order, price), contracts.nodes.nodeOf(nodeId)]);
  const { active } = await contracts.staking.accountOf(provider);
  const request = await acceptance(contracts, { market, taskId, order, nodeId, fromBlock });
  await session.check([{ label: "accept", request }]);
  const { size } = await claimedJob(protocol, kind, taskId);
  const sent = await session.execute({
    title: `Accept task ${taskId} with node ${nodeId}`,
    facts: [
      ["pays now", `${formatCredits(price)}; the price still climbs to ${formatCredits(BigInt(order.terms.maxPrice))}`],
      ["bond", `${formatMill(bond)} of ${formatMill(active)} active; lost if the result is wrong`],
      ["work", `${size} in ${formatDuration(BigInt(order.terms.workSeconds))}`],
    ],
    steps: [{ label: "accept", request }],
  });
  if (sent === undefined) return;
  const event = findEvent(market, sent.last, "TaskAccepted");
  const { attempt, price: agreed, bond: bonded } = event?.args.toObject() as Record<string, bigint>;
  const option = kind === "dispute" ? "" : ` --market ${kind}`;
  session.output.result(
    { taskId, nodeId, attempt, price: agreed, bond: bonded, transaction: sent.last.hash },
    `Task ${taskId} is yours for ${formatCredits(agreed ?? 0n)}. ` +
      `Do the work: npx hardhat job submit${option} --task ${taskId}`,
  );
}
