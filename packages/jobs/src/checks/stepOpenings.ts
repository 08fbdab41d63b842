import { bitsFor, HashTree, joinHashes, PairTree } from "@millrace/rv32";
import { getBytes, hexlify } from "ethers";

import { encodeStep } from "../runs/encodings.js";
import type { States } from "../runs/nextRunMove.js";
import type { PostedRun } from "../runs/readRun.js";
import { saltOf } from "./saltOf.js";

/** A step as `IRunChecks.vouch` wants it. */
export interface StepOpening {
  readonly witness: string;
  readonly last: string;
  readonly siblings: string[];
  readonly saltedSiblings: string[];
}

/** Words of a checker's tree over a run: twin of `IRunChecks.wordsOf`. */
export function runWords({ checkpoints }: Pick<PostedRun, "checkpoints">): number {
  return Math.max(1, checkpoints.length - 1);
}

/** A checker's own tree over the states one step after each checkpoint but the last. */
export async function saltedRun(
  posted: Pick<PostedRun, "checkpoints" | "claimId" | "log2">,
  account: string,
  honest: States,
): Promise<HashTree> {
  const count = runWords(posted);
  const salt = saltOf(posted.claimId, account);
  const words = await honest.states(Array.from({ length: count }, (_, i) => stepOf(posted, i) + 1n));
  const leaves = Array.from({ length: 2 ** bitsFor(count) }, (_, i) =>
    joinHashes(salt, words[i] ?? new Uint8Array(32)),
  );
  return new HashTree(leaves);
}

/** The steps at some positions, with their paths in the provider's checkpoints and in the checker's tree. */
export async function stepOpenings(
  posted: Pick<PostedRun, "checkpoints" | "genesis" | "log2">,
  honest: States,
  salted: HashTree,
  positions: readonly number[],
): Promise<StepOpening[]> {
  const { checkpoints, genesis } = posted;
  const pairs = new PairTree(
    getBytes(genesis),
    checkpoints.map((state) => getBytes(state)),
  );
  const openings: StepOpening[] = [];
  for (const position of positions) {
    const index = checkpointOf(posted, position);
    openings.push({
      witness: encodeStep(await honest.witness(stepOf(posted, position))),
      last: checkpoints[index] ?? genesis,
      siblings: pairs.siblings(index).map((node) => hexlify(node)),
      saltedSiblings: salted.siblings(position).map((node) => hexlify(node)),
    });
  }
  return openings;
}

/** Index of the segment that begins where the step of a word does. */
function checkpointOf({ checkpoints }: Pick<PostedRun, "checkpoints">, position: number): number {
  return checkpoints.length > 1 ? position + 1 : 0;
}

/** Steps before the one that ends in a word. */
function stepOf(posted: Pick<PostedRun, "checkpoints" | "log2">, position: number): bigint {
  return BigInt(checkpointOf(posted, position)) << BigInt(posted.log2);
}
