import { formatMill } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function admit(session: Session, { account: given }: { account: string }): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const account = await accountAddress(session, given);
  const [{ key, bondRequired }, nextSet] = await Promise.all([uptime.attestorOf(account), uptime.nextSetEpoch()]);
  const { length } = (await uptime.setOf(nextSet)).seats;
  const sent = await session.execute({
    title: `Admit ${account} as an attestor`,
    facts: [
      ["key", key],
      ["bond", `${formatMill(bondRequired)} of its active stake`],
      ["seats", `${length} → ${length + 1}`],
    ],
    steps: [{ label: "admitAttestor", request: await uptime.admitAttestor.populateTransaction(account) }],
  });
  if (sent === undefined) return;
  const { fromEpoch } = findEvent(uptime, sent.last, "AttestorAdmitted")?.args as unknown as { fromEpoch: bigint };
  session.output.result(
    { account, key, bond: bondRequired, fromEpoch, transaction: sent.last.hash },
    `${account} attests from epoch ${fromEpoch} on.`,
  );
}
