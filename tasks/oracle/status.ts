import { formatTime, labelOf, shortHex } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";

export default async function status(session: Session, { last }: { last: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { uptime, settlement } = contracts;
  const limit = parseWhole(last, "--last", 1_000, 1);
  const epoch = Number(await settlement.currentEpoch());
  const [keys, quorum, threshold] = await uptime.setOf(epoch);
  const attestors = await Promise.all(keys.map(async (key) => ({ key, account: await uptime.accountOfKey(key) })));
  const first = Math.max(0, epoch - limit);
  const reports = await Promise.all(
    Array.from({ length: epoch - first }, async (_, i) => {
      const [{ root, finalAt }, state] = await Promise.all([uptime.reportOf(first + i), uptime.statusOf(first + i)]);
      return { epoch: first + i, status: labelOf("ReportStatus", state), root, finalAt };
    }),
  );
  const rows = reports.map(({ epoch: of, status: state, root, finalAt }) => [
    `${of}`,
    state,
    formatTime(finalAt),
    shortHex(root),
  ]);
  const members = attestors.map(({ account, key }) => [account, shortHex(key)]);
  session.output.result(
    { epoch, attestors, quorum, threshold, reports },
    `${table(["attestor", "key"], members, "There are no attestors in this epoch.")}\n` +
      `${quorum} of ${keys.length} sign a report; a slot is up when ${threshold} of them saw it.\n` +
      table(["epoch", "report", "final", "root"], rows, "No epoch is over yet."),
  );
}
