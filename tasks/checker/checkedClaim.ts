import { attemptOf, readClaim, readRun } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

import { type ClaimMarketName, claimMarketName } from "../job/markets.js";
import { parseId } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";

/** How a verb is told which claim it is about. */
export interface CheckedClaimValues {
  readonly claim: string;
  readonly market: string;
}

/** A claim that was posted, and the checks of its game. */
export interface CheckedClaim {
  readonly claimId: bigint;
  readonly taskId: bigint;
  readonly checks: Contracts["checks"] | Contracts["runChecks"];
  readonly market: Contracts["machines"] | Contracts["tasks"];
  drawnFor(): ReturnType<Contracts["checks"]["drawnFor"]>;
}

/** @throws MillraceError BAD_INPUT when there is no such claim */
export async function checkedClaim(protocol: Protocol, values: CheckedClaimValues): Promise<CheckedClaim> {
  const { contracts, deployment } = protocol;
  const name = claimMarketName(values.market);
  const claimId = parseId(values.claim, "--claim");
  const game = name === "machine" ? contracts.runs : contracts.claims;
  if ((await game.stateOf(claimId)) === 0n) throw noClaim(claimId, name);
  const { taskId } = attemptOf(claimId);
  const query = { claimId, fromBlock: deployment.deployedAtBlock };
  if (name === "machine") {
    const { runChecks: checks, machines: market } = contracts;
    const drawnFor = async () => {
      const [posted] = await readRun(contracts.runs, query);
      if (posted === undefined) throw noClaim(claimId, name);
      return await checks.drawnFor(claimId, posted.claim);
    };
    return { claimId, taskId, checks, market, drawnFor };
  }
  const { checks, tasks: market } = contracts;
  const drawnFor = async () => {
    const [posted] = await readClaim(contracts.claims, query);
    if (posted === undefined) throw noClaim(claimId, name);
    return await checks.drawnFor(claimId, posted.claim);
  };
  return { claimId, taskId, checks, market, drawnFor };
}

function noClaim(claimId: bigint, name: ClaimMarketName): MillraceError {
  return new MillraceError("BAD_INPUT", `There is no claim ${claimId} in the ${name} market.`, {
    hint: `A claim's number is its task's times 256, plus the attempt: npx hardhat job list shows both.`,
  });
}
