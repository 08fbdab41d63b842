import { readState, type StateFields } from "@millrace/rv32";
import { keccak256 } from "ethers";

import type { IMachineMarket, IRunClaims } from "../../../../typechain-types/index.js";
import { decodeEndState } from "./encodings.js";
import type { PostedRun } from "./readRun.js";

/**
 * The last state of a claimed run, as its provider showed it to the chain. It stands in the arguments of the submission
 * alone, so a submission that went through another contract shows none.
 */
export async function readEnd(
  { machines, runs }: { readonly machines: IMachineMarket; readonly runs: IRunClaims },
  { claimId, block, checkpoints }: Pick<PostedRun, "block" | "checkpoints" | "claimId">,
): Promise<StateFields | undefined> {
  const [event] = await runs.queryFilter(runs.filters.RunPosted(claimId), block, block);
  const transaction = await event?.getTransaction();
  const call = transaction && machines.interface.parseTransaction(transaction);
  if (call?.name !== "submit") return undefined;
  const { end } = call.args["run"] as unknown as { end: string };
  const state = decodeEndState(end);
  return keccak256(state) === checkpoints.at(-1) ? readState(state) : undefined;
}
