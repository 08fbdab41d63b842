import type { IClaimGame } from "../../../../typechain-types/index.js";
import type { CommitMove } from "../committing.js";
import type { ContestMove } from "./Contest.js";

/** The first of two steps, which both games have. */
export function describeCommit(game: Pick<IClaimGame, "commit">, { lane, digest, hides }: CommitMove): ContestMove {
  return {
    kind: "commit",
    title: `Commit to ${hides === "prove" ? "a proof" : "a first pointer"}, so that nobody can copy it`,
    takesBond: false,
    call: () => game.commit.populateTransaction(lane, digest),
  };
}
