import { formatDuration, formatMill, formatTime, MillraceError, parseMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly amount: string | undefined;
  readonly cancel: string | undefined;
}

export default async function unstake(session: Session, { amount, cancel }: Values): Promise<void> {
  if ((amount === undefined) === (cancel === undefined)) {
    throw new MillraceError("BAD_INPUT", "provider unstake needs either --amount or --cancel.", {
      hint: "Say how much to thaw, or which thaw to call off.",
    });
  }
  await (amount === undefined
    ? cancelThaw(session, parseWhole(cancel ?? "", "--cancel"))
    : startThaw(session, parseMill(amount)));
}

async function startThaw(session: Session, mill: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const [{ active, required }, thawSeconds] = await Promise.all([
    contracts.staking.accountOf(address),
    contracts.staking.thawSeconds(),
  ]);
  const left = active > mill ? active - mill : 0n;
  const sent = await session.execute({
    title: `Start to thaw ${formatMill(mill)}`,
    facts: [
      ["active stake", `${formatMill(active)} → ${formatMill(left)}`],
      ["nodes need", formatMill(required)],
      ["matures in", `${formatDuration(thawSeconds)}; until then it can still be slashed`],
    ],
    steps: [{ label: "unstake", request: await contracts.staking.unstake.populateTransaction(mill) }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.staking, sent.last, "ThawStarted");
  const [thawId, releaseAt] = [event?.args["thawId"] as bigint, event?.args["releaseAt"] as bigint];
  session.output.result(
    { thawId, mill, releaseAt, transaction: sent.last.hash },
    `Thaw ${thawId} matures at ${formatTime(releaseAt)}; take it out with npx hardhat provider withdraw.`,
  );
}

async function cancelThaw(session: Session, thawId: number): Promise<void> {
  const { contracts } = await session.protocol();
  const sent = await session.execute({
    title: `Call off thaw ${thawId}`,
    facts: [["result", "what is left of it is active stake again"]],
    steps: [{ label: "cancelThaw", request: await contracts.staking.cancelThaw.populateTransaction(thawId) }],
  });
  if (sent === undefined) return;
  const mill = findEvent(contracts.staking, sent.last, "ThawCancelled")?.args["mill"] as bigint;
  session.output.result({ thawId, mill, transaction: sent.last.hash }, `${formatMill(mill)} are active again.`);
}
