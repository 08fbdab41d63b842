import type { PostedClaim, PostedRun } from "@millrace/jobs";
import { claimIdOf, noTask, readClaim, readRun } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";
import { labelOf, MillraceError } from "@millrace/sdk";

import { parseId, parseWhole } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";
import type { ClaimMarketName } from "../job/markets.js";
import { claimMarketName } from "../job/markets.js";
import type { ClaimValues } from "./ClaimValues.js";

/** A claim: which game decides about it says its market. */
export type KnownClaim = {
  readonly taskId: bigint;
  readonly attempt: number;
  readonly claimId: bigint;
  /** open, final or slashed. */
  readonly state: string;
  /** What commands about it need besides its task. */
  readonly option: string;
} & (
  | { readonly market: "dispute"; readonly game: Contracts["claims"]; readonly posted: PostedClaim }
  | { readonly market: "machine"; readonly game: Contracts["runs"]; readonly posted: PostedRun }
);

/** The claim of a task's attempt, by default of the last that was submitted. */
export async function claimOf(protocol: Protocol, values: ClaimValues): Promise<KnownClaim> {
  const { contracts, deployment } = protocol;
  const market = claimMarketName(values.market);
  const taskId = parseId(values.task, "--task");
  const attempt = await attemptOf(protocol, market, taskId, values.attempt);
  const claimId = claimIdOf(taskId, attempt);
  const query = { claimId, fromBlock: deployment.deployedAtBlock };
  const game = market === "dispute" ? contracts.claims : contracts.runs;
  const state = labelOf("ClaimState", await game.stateOf(claimId));
  const facts = { taskId, attempt, claimId, state, option: market === "dispute" ? "" : ` --market ${market}` };
  if (market === "dispute") {
    const [posted] = await readClaim(contracts.claims, query);
    if (posted !== undefined) return { ...facts, market, game: contracts.claims, posted };
  } else {
    const [posted] = await readRun(contracts.runs, query);
    if (posted !== undefined) return { ...facts, market, game: contracts.runs, posted };
  }
  throw new MillraceError("RPC_REFUSED", `The node does not show claim ${claimId}.`);
}

async function attemptOf(
  { contracts, deployment }: Protocol,
  market: ClaimMarketName,
  taskId: bigint,
  given: string | undefined,
): Promise<number> {
  const { tasks, machines } = contracts;
  const from = deployment.deployedAtBlock;
  const submitted =
    market === "dispute"
      ? (await tasks.queryFilter(tasks.filters.TaskSubmitted(taskId), from)).map(({ args }) => args.attempt)
      : (await machines.queryFilter(machines.filters.RunSubmitted(taskId), from)).map(({ args }) => args.attempt);
  const attempt = given === undefined ? Number(submitted.at(-1) ?? 0n) : parseWhole(given, "--attempt", 255, 1);
  if (submitted.some((each) => Number(each) === attempt)) return attempt;
  const count = await (market === "dispute" ? tasks : machines).taskCount();
  if (taskId > count) throw noTask(taskId);
  const which = given === undefined ? "" : ` of attempt ${given}`;
  throw new MillraceError("WRONG_STATE", `Task ${taskId} has no result${which} yet.`, {
    hint: `npx hardhat job watch${market === "dispute" ? "" : ` --market ${market}`} --task ${taskId} shows how far it is.`,
  });
}
