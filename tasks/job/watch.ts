import { noTask } from "@millrace/jobs";
import { formatCredits, formatTime, labelOf, LABELS, MillraceError, parseDuration, sleep } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { marketOf } from "./markets.js";

interface Values {
  readonly market: string;
  readonly task: string;
  readonly until: string | undefined;
  readonly timeout: string;
}

const POLL_MS = 500;
const ENDS: readonly string[] = ["finalized", "cancelled"];

export default async function watch(session: Session, { market: name, task, until, timeout }: Values): Promise<void> {
  const { contracts, deployment, now } = await session.protocol();
  const market = marketOf(contracts, name);
  const taskId = parseId(task, "--task");
  assertStatus(until);
  const giveUpAt = performance.now() + parseDuration(timeout) * 1_000;
  for (let last: string | undefined; ;) {
    const [number, { attempt }] = await Promise.all([market.statusOf(taskId), market.taskOf(taskId)]);
    const status = labelOf("TaskStatus", number);
    if (status === "unknown") throw noTask(taskId);
    if (status !== last)
      session.output.say(`${formatTime(await now())}  ${status}${attempt === 0n ? "" : `, attempt ${attempt}`}`);
    last = status;
    if (ENDS.includes(status) || status === until) {
      const finalized = market.filters.TaskFinalized(taskId);
      const [paid] = await market.queryFilter(finalized, deployment.deployedAtBlock);
      const text =
        paid === undefined
          ? ""
          : `, ${formatCredits(paid.args.paid)} paid, ${formatCredits(paid.args.refunded)} came back`;
      session.output.result({ taskId, status, attempt, paid: paid?.args.paid }, `Task ${taskId} is ${status}${text}.`);
      return;
    }
    if (performance.now() > giveUpAt) {
      throw new MillraceError("TIMEOUT", `Task ${taskId} is still ${status}.`, {
        hint: "Watch on with a longer --timeout; nothing is lost by not watching.",
      });
    }
    await sleep(POLL_MS);
  }
}

/** A status that there is not would be waited for until the timeout. */
function assertStatus(until: string | undefined): void {
  const [, ...names] = LABELS.TaskStatus;
  if (until === undefined || names.some((name) => name === until)) return;
  throw new MillraceError("BAD_INPUT", `--until is "${until}", which no task ever is.`, {
    hint: `Choose one of ${names.join(", ")}.`,
  });
}
