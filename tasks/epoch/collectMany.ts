import { formatMill, MAX_BATCH_ITEMS, MillraceError } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function collectMany(session: Session, { accounts: given }: { accounts: string }): Promise<void> {
  const { settlement } = (await session.protocol()).contracts;
  const accounts = await Promise.all(given.split(",").map((each) => accountAddress(session, each)));
  if (new Set(accounts).size !== accounts.length || accounts.length > MAX_BATCH_ITEMS) {
    throw new MillraceError("BAD_INPUT", `--accounts names an account twice, or more than ${MAX_BATCH_ITEMS}.`, {
      hint: "Name each once, and the rest in another call.",
    });
  }
  const due = await Promise.all(accounts.map((account) => settlement.collectable(account)));
  const total = due.reduce((sum, mill) => sum + mill, 0n);
  if (total === 0n) {
    throw new MillraceError("WRONG_STATE", "None of these accounts has anything to collect yet.", {
      hint: "What was earned is priced when its epoch closes: npx hardhat epoch close.",
    });
  }
  const sent = await session.execute({
    title: `Collect for ${counted(accounts.length, "account")}`,
    facts: accounts.map((account, i) => [account, formatMill(due[i] ?? 0n)]),
    steps: [{ label: "collectMany", request: await settlement.collectMany.populateTransaction(accounts) }],
  });
  if (sent === undefined) return;
  const paid = findEvents(settlement, sent.last, "Collected").map(({ args }) => ({
    account: args["account"] as string,
    mill: args["mill"] as bigint,
  }));
  const mill = paid.reduce((sum, each) => sum + each.mill, 0n);
  session.output.result(
    { mill, paid, transaction: sent.last.hash },
    `Paid ${formatMill(mill)} to ${counted(paid.length, "account")}.`,
  );
}
