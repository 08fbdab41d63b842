import { batchesOf, formatMill, MillraceError } from "@millrace/sdk";

import { accountOrSender } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { inRanges } from "../lib/inRanges.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { epochsDue } from "./epochsDue.js";

interface Values {
  readonly account: string | undefined;
  readonly last: string;
}

export default async function pay(session: Session, { account: given, last }: Values): Promise<void> {
  const protocol = await session.protocol();
  const { rewards } = protocol.contracts;
  const lookBack = parseWhole(last, "--last", 2 ** 32 - 1, 1);
  const account = await accountOrSender(session, given);
  const due = await epochsDue(protocol, account, lookBack);
  if (due.length === 0) {
    throw new MillraceError(
      "WRONG_STATE",
      `No final report of the last ${counted(lookBack, "epoch")} owes ${account} anything.`,
      {
        hint: "A report is final when its challenge window is over (npx hardhat oracle status); --last looks further back.",
      },
    );
  }
  const sent = await session.execute({
    title: `Pay ${account} for ${counted(due.length, "report")}`,
    facts: [["epochs", inRanges(due)]],
    // One transaction cannot pay any number.
    steps: await Promise.all(
      batchesOf(due).map(async (epochs) => ({
        label: `collectAttestorPay for ${counted(epochs.length, "report")}`,
        request: await rewards.collectAttestorPay.populateTransaction(account, epochs),
      })),
    ),
  });
  if (sent === undefined) return;
  const paid = sent.receipts
    .flatMap((receipt) => findEvents(rewards, receipt, "AttestorPaid"))
    .map(({ args }) => ({ epoch: args["epoch"] as bigint, mill: args["mill"] as bigint }));
  const mill = paid.reduce((sum, each) => sum + each.mill, 0n);
  session.output.result(
    { account, mill, paid, transactions: sent.receipts.map(({ hash }) => hash) },
    `${account} has ${formatMill(mill)} more, for ${counted(paid.length, "report")}.`,
  );
}
