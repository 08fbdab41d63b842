import { formatEther } from "ethers";

import { formatMill, formatTime } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { inRanges } from "../lib/inRanges.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";
import { epochsDue } from "./epochsDue.js";

const LOOK_BACK = 100;

export default async function show(session: Session, { account: given }: { account: string }): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, provider } = protocol;
  const account = await accountAddress(session, given);
  const attestor = await contracts.uptime.attestorOf(account);
  const { key, bond, bondRequired, releaseAt, isMember } = attestor;
  const state = isMember ? "member" : bond > 0n ? "left" : bondRequired > 0n && releaseAt === 0n ? "applied" : "none";
  const [due, gas, owed] = await Promise.all([
    epochsDue(protocol, account, LOOK_BACK),
    provider.getBalance(key),
    contracts.challenges.owedTo(account),
  ]);
  const says = {
    member: "attests",
    left: `has left; its bond can be released at ${formatTime(releaseAt)} at the earliest`,
    applied: "has applied and waits for the governor",
    none: "is no attestor (npx hardhat attestor apply)",
  }[state];
  session.output.result(
    { account, state, key, bond, bondRequired, releaseAt, due, owedWei: owed },
    facts([
      [account, says],
      ...(state === "none" ? [] : [["key", `${key}, with ${formatEther(gas)} ETH for gas`] as const]),
      ["bond", formatMill(bond)],
      ["reports to be paid", due.length === 0 ? "none" : inRanges(due)],
      ["won in challenges", `${formatEther(owed)} ETH (npx hardhat oracle withdraw)`],
    ]),
  );
}
