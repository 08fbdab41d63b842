import type { PostedClaim } from "@millrace/jobs";
import { claimIdOf, readClaim } from "@millrace/jobs";
import { labelOf, MillraceError } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";

interface KnownClaim {
  readonly posted: PostedClaim;
  /** open, final or slashed. */
  readonly state: string;
}

/** The claim of a task's attempt, by default of the last that was submitted. */
export async function claimOf(
  { contracts, deployment }: Protocol,
  taskId: bigint,
  given?: string,
): Promise<KnownClaim> {
  const { tasks, claims } = contracts;
  const submitted = await tasks.queryFilter(tasks.filters.TaskSubmitted(taskId), deployment.deployedAtBlock);
  const attempt =
    given === undefined ? Number(submitted.at(-1)?.args.attempt ?? 0n) : parseWhole(given, "--attempt", 255);
  if (!submitted.some(({ args }) => Number(args.attempt) === attempt)) {
    const exists = taskId <= (await tasks.taskCount());
    throw exists
      ? new MillraceError(
          "WRONG_STATE",
          `Task ${taskId} has no result${given === undefined ? "" : ` of attempt ${given}`} yet.`,
          {
            hint: `npx hardhat job watch --task ${taskId} shows how far it is.`,
          },
        )
      : new MillraceError("BAD_INPUT", `There is no task ${taskId}.`, { hint: "npx hardhat job list shows all." });
  }
  const claimId = claimIdOf(taskId, attempt);
  const [posted] = await readClaim(claims, { claimId, fromBlock: deployment.deployedAtBlock });
  if (posted === undefined) throw new MillraceError("RPC_REFUSED", `The node does not show claim ${claimId}.`);
  return { posted, state: labelOf("ClaimState", await claims.stateOf(claimId)) };
}
