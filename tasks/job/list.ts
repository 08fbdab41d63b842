import { formatTime, formatWad, labelOf, shortHex } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Protocol, Session } from "../lib/Session.js";
import { table } from "../lib/text.js";
import { MARKET_NAMES, type MarketName, marketOf } from "./markets.js";

export default async function list(session: Session, { buyer: given }: { buyer: string | undefined }): Promise<void> {
  const protocol = await session.protocol();
  const buyer = given === undefined ? undefined : await accountAddress(session, given);
  const [lists, leases] = await Promise.all([
    Promise.all(MARKET_NAMES.map((market) => readTasks(protocol, market, buyer))),
    readLeases(protocol, buyer),
  ]);
  const tasks = lists.flat();
  const taskRows = tasks.map(
    ({ market, taskId, status, startPrice, maxPrice, attempt, nodeId, expiresAt, buyer: of }) => [
      `${taskId}`,
      market,
      status,
      `${formatWad(startPrice)} to ${formatWad(maxPrice)}`,
      attemptOf(attempt, nodeId),
      formatTime(expiresAt),
      shortHex(of),
    ],
  );
  const leaseRows = leases.map(({ leaseId, status, nodeId, units, paidThrough, locked, buyer: of }) => [
    `${leaseId}`,
    status,
    `${units} of node ${nodeId}`,
    formatTime(paidThrough),
    formatWad(locked),
    shortHex(of),
  ]);
  session.output.result(
    { tasks, leases },
    `${table(["task", "market", "status", "credits", "attempt", "accept until", "buyer"], taskRows, "There are no tasks.")}\n` +
      table(["lease", "status", "units", "paid through", "locked", "buyer"], leaseRows, "There are no leases."),
  );
}

/** A task that was listed again has had attempts, but no node. */
function attemptOf(attempt: bigint, nodeId: bigint): string {
  if (attempt === 0n) return "";
  return nodeId === 0n ? `${attempt} failed` : `${attempt}, node ${nodeId}`;
}

async function readTasks({ contracts, deployment }: Protocol, market: MarketName, buyer: string | undefined) {
  const tasks = marketOf(contracts, market);
  const opened = await tasks.queryFilter(tasks.filters.TaskOpened(undefined, buyer), deployment.deployedAtBlock);
  return Promise.all(
    opened.map(async ({ args: { taskId, buyer: of, terms } }) => {
      const [status, { attempt, nodeId }] = await Promise.all([tasks.statusOf(taskId), tasks.taskOf(taskId)]);
      const { startPrice, maxPrice, expiresAt } = terms;
      return {
        taskId,
        market,
        buyer: of,
        status: labelOf("TaskStatus", status),
        startPrice,
        maxPrice,
        expiresAt,
        attempt,
        nodeId,
      };
    }),
  );
}

async function readLeases({ contracts, deployment }: Protocol, buyer: string | undefined) {
  const { leases } = contracts;
  const hired = await leases.queryFilter(leases.filters.LeaseHired(undefined, buyer), deployment.deployedAtBlock);
  return Promise.all(
    hired.map(async ({ args: { leaseId, buyer: of } }) => {
      const [status, lease] = await Promise.all([leases.statusOf(leaseId), leases.leaseOf(leaseId)]);
      const { nodeId, units, paidThrough, locked } = lease;
      return {
        leaseId,
        buyer: of,
        status: labelOf("LeaseStatus", status),
        nodeId,
        units,
        paidThrough,
        locked,
      };
    }),
  );
}
