import { formatMill, MillraceError } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

/** What work earned and redemptions brought; uptime rewards are collected with a leaf, see `oracle report`. */
export default async function collect(
  session: Session,
  { account: given }: { account: string | undefined },
): Promise<void> {
  const { contracts } = await session.protocol();
  const account = given === undefined ? (await session.account()).address : await accountAddress(session, given);
  const [mill, position] = await Promise.all([
    contracts.settlement.collectable(account),
    contracts.settlement.positionOf(account),
  ]);
  if (mill === 0n) {
    const waits = position.earned > 0n || position.requested > 0n;
    throw new MillraceError("WRONG_STATE", `${account} has nothing to collect yet.`, {
      hint: waits
        ? "Its credits wait for the close of their epoch: npx hardhat epoch close."
        : "It has neither earned credits nor asked to redeem any.",
    });
  }
  const sent = await session.execute({
    title: `Collect ${formatMill(mill)} for ${account}`,
    facts: [["goes to", `${account}, minted anew`]],
    steps: [{ label: "collect", request: await contracts.settlement.collect.populateTransaction(account) }],
  });
  if (sent === undefined) return;
  const collected = findEvent(contracts.settlement, sent.last, "Collected")?.args["mill"] as bigint;
  session.output.result(
    { account, mill: collected, transaction: sent.last.hash },
    `${account} has ${formatMill(collected)} more.`,
  );
}
