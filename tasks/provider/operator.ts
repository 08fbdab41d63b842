import { ZeroAddress } from "ethers";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";

export default async function operator(session: Session, { operator: given }: { operator: string }): Promise<void> {
  const wanted = given.trim().toLowerCase() === "none" ? ZeroAddress : await accountAddress(session, given);
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const before = await contracts.staking.operatorOf(address);
  const name = (each: string): string => (each === ZeroAddress ? "(none)" : each);
  const sent = await session.execute({
    title: wanted === ZeroAddress ? "Work without an operator" : `Let ${wanted} work for ${address}`,
    facts: [
      ["operator", `${name(before)} → ${name(wanted)}`],
      ["may", "change asks and details, pause, accept and deliver work, announce maintenance"],
      ["may not", "move any MILL, add or retire nodes, or leave"],
    ],
    steps: [{ label: "setOperator", request: await contracts.staking.setOperator.populateTransaction(wanted) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider: address, operator: wanted === ZeroAddress ? null : wanted, transaction: sent.last.hash },
    wanted === ZeroAddress ? "Nobody else works for the account now." : `${wanted} works for the account now.`,
  );
}
