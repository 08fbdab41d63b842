import { bondBatches } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";
import type { ContractTransaction } from "ethers";
import { formatEther } from "ethers";

import { findEvents } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import type { KnownClaim } from "./claimOf.js";
import { claimOf } from "./claimOf.js";
import { readGame } from "./readGame.js";

/** Takes out the branch bonds and fees that a claim, once it has ended, leaves to the account. */
export default async function withdraw(session: Session, values: ClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const known = await claimOf(protocol, values);
  const { claimId, state, game } = known;
  if (state === "open") {
    throw new MillraceError("WRONG_STATE", `Claim ${claimId} is still open.`, {
      hint: `Its bonds are somebody's once it has ended: npx hardhat dispute show${known.option} --task ${known.taskId}.`,
    });
  }
  const { address } = await session.account();
  const ids = await idsOf(known, address, await protocol.provider.getBlockNumber());
  const batches = await bondBatches(game, claimId, ids);
  if (batches.length === 0) {
    throw new MillraceError("WRONG_STATE", `Claim ${claimId} holds nothing of ${address}.`, {
      hint: "Bonds are the challenger's if the claim fell, and the provider's if it stood.",
    });
  }
  const sent = await session.execute({
    title: `Withdraw what the game about claim ${claimId} holds of ${address}`,
    facts: [
      ["claim", state],
      ["bonds and fees", `${batches.flat().length}`],
    ],
    steps: await Promise.all(
      batches.map(async (batch) => ({ label: "withdrawBonds", request: await withdrawal(known, batch, address) })),
    ),
  });
  if (sent === undefined) return;
  const events = sent.receipts.flatMap((receipt) => findEvents(game, receipt, "BondsWithdrawn"));
  const wei = events.reduce((sum, { args }) => sum + (args["bondsWei"] as bigint), 0n);
  session.output.result(
    { claimId, account: address, wei, transactions: sent.receipts.map(({ hash }) => hash) },
    `${address} has ${formatEther(wei)} ETH more.`,
  );
}

/** Of a claim that fell, branches are theirs who pointed first; of one that stood, the provider's. Fees always are. */
async function idsOf(known: KnownClaim, account: string, block: number): Promise<string[]> {
  const { branches, demands } = await readGame(known, block);
  const isProvider = account === known.posted.claim.terms.provider;
  const isSlashed = known.state === "slashed";
  return [
    ...branches.filter(({ owner }) => (isSlashed ? owner === account : isProvider)).map(({ id }) => id),
    ...(isProvider ? demands.map(({ demandId }) => demandId) : []),
  ];
}

/** Each game takes claims of its own kind. */
function withdrawal(known: KnownClaim, ids: string[], account: string): Promise<ContractTransaction> {
  const { claimId } = known;
  return known.market === "dispute"
    ? known.game.withdrawBonds.populateTransaction(claimId, known.posted.claim, ids, account, account)
    : known.game.withdrawBonds.populateTransaction(claimId, known.posted.claim, ids, account, account);
}
