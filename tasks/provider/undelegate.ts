import { formatMill, formatTime, formatWad, MillraceError, parseMill } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import type { Protocol, Session } from "../lib/Session.js";

interface Values {
  readonly provider: string;
  readonly amount: string | undefined;
  readonly cancel: boolean;
  readonly withdraw: boolean;
}

type Position = Awaited<ReturnType<Protocol["contracts"]["staking"]["delegationOf"]>>;

export default async function undelegate(session: Session, values: Values): Promise<void> {
  if (Number(values.amount !== undefined) + Number(values.cancel) + Number(values.withdraw) !== 1) {
    throw new MillraceError("BAD_INPUT", "provider undelegate needs one of --amount, --cancel and --withdraw.", {
      hint: "Say how much is to leave (or all), call exits off, or take out what has matured.",
    });
  }
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const provider = await accountAddress(session, values.provider);
  const position = await contracts.staking.delegationOf(provider, address);
  if (values.cancel) await cancel(session, provider);
  else if (values.withdraw) await withdraw(session, provider);
  else await start(session, provider, sharesOf(values.amount ?? "", position));
}

/** Shares are what leaves; people think in MILL. Rounded up, so that at least the amount asked for is on its way. */
function sharesOf(amount: string, { earning, joining, undelegating, worth }: Position): bigint {
  const free = earning + joining;
  if (amount.trim().toLowerCase() === "all") {
    if (free > 0n) return free;
    throw new MillraceError("WRONG_STATE", "The account has no shares with this provider that could leave.", {
      hint: "npx hardhat provider delegation shows what there is.",
    });
  }
  const mill = parseMill(amount);
  const all = free + undelegating;
  if (worth === 0n) return mill;
  const shares = (mill * all + worth - 1n) / worth;
  // What the last unit rounds to must not stand in the way of everything.
  return shares === free + 1n ? free : shares;
}

async function start(session: Session, provider: string, shares: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const sent = await session.execute({
    title: `Begin to take ${formatWad(shares)} shares out of the pool of ${provider}`,
    facts: [
      ["from now on", "they give the provider no weight and earn nothing"],
      ["until then", "a slash of the provider reaches them"],
    ],
    steps: [{ label: "undelegate", request: await contracts.staking.undelegate.populateTransaction(provider, shares) }],
  });
  if (sent === undefined) return;
  const releaseAt = findEvent(contracts.staking, sent.last, "UndelegationStarted")?.args["releaseAt"] as bigint;
  session.output.result(
    { provider, shares, releaseAt, transaction: sent.last.hash },
    `They can be taken out at ${formatTime(releaseAt)}: npx hardhat provider undelegate --withdraw.`,
  );
}

async function cancel(session: Session, provider: string): Promise<void> {
  const { contracts } = await session.protocol();
  const sent = await session.execute({
    title: `Call off all exits from ${provider}`,
    facts: [["result", "the shares count at once and earn from the next epoch on"]],
    steps: [
      {
        label: "cancelUndelegation",
        request: await contracts.staking.cancelUndelegation.populateTransaction(provider),
      },
    ],
  });
  if (sent === undefined) return;
  const shares = findEvent(contracts.staking, sent.last, "UndelegationCancelled")?.args["shares"] as bigint;
  session.output.result({ provider, shares, transaction: sent.last.hash }, `${shares} shares are back.`);
}

async function withdraw(session: Session, provider: string): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const mill = await contracts.staking.withdrawDelegation.staticCall(provider, { from: address });
  if (mill === 0n) {
    const [next] = await contracts.staking.undelegationsOf(provider, address);
    throw new MillraceError("WRONG_STATE", "Nothing has matured yet.", {
      hint:
        next === undefined
          ? "Start with npx hardhat provider undelegate --amount."
          : `The next exit matures at ${formatTime(next.releaseAt)}.`,
    });
  }
  const sent = await session.execute({
    title: `Take ${formatMill(mill)} out of the pool of ${provider}`,
    facts: [["goes to", address]],
    steps: [
      {
        label: "withdrawDelegation",
        request: await contracts.staking.withdrawDelegation.populateTransaction(provider),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider, mill, transaction: sent.last.hash },
    `${formatMill(mill)} are in the wallet of ${address}.`,
  );
}
