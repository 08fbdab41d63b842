import { formatMill, MillraceError } from "@millrace/sdk";

import { accountOrSender } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly account: string | undefined;
}

export default async function release(session: Session, { account: given }: Values): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const account = await accountOrSender(session, given);
  const { bond, releaseAt, isMember } = await uptime.attestorOf(account);
  if (releaseAt === 0n) {
    throw new MillraceError("WRONG_STATE", `${account} ${isMember ? "has not left" : "is no attestor"}.`, {
      hint: isMember ? "It leaves with npx hardhat attestor leave." : "npx hardhat oracle status lists them.",
    });
  }
  const sent = await session.execute({
    title: `Release the bond of ${account}`,
    facts: [["bond", `${formatMill(bond)} return to its active stake`]],
    steps: [{ label: "releaseBond", request: await uptime.releaseBond.populateTransaction(account) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { account, bond, transaction: sent.last.hash },
    `${formatMill(bond)} are back in the active stake of ${account}.`,
  );
}
