import { type DemandFacts, GameHistory, RunHistory } from "@millrace/jobs";
import { labelOf } from "@millrace/sdk";

import type { KnownClaim } from "./claimOf.js";

interface ShownBranch {
  readonly id: string;
  /** Where it is, for people. */
  readonly place: string;
  readonly hash: string;
  readonly owner: string;
  readonly answerBy: number;
  readonly isOpened: boolean;
}

interface ShownGame {
  readonly branches: readonly ShownBranch[];
  readonly demands: readonly DemandFacts[];
}

/** Everything that somebody pointed at and demanded in the game about a claim, in that order. */
export async function readGame(known: KnownClaim, block: number): Promise<ShownGame> {
  const { claimId, posted } = known;
  if (known.market === "machine") {
    const history = new RunHistory(claimId, posted.block);
    await history.readTo(known.game, block);
    const branches = history.all().map(({ id, segment, owner, answerBy, opened }) => ({
      id,
      place: `part ${segment.position} of 2^${segment.log2} steps`,
      hash: segment.last,
      owner,
      answerBy,
      isOpened: opened !== undefined,
    }));
    return { branches, demands: history.demands() };
  }
  const history = new GameHistory(claimId, posted.block);
  await history.readTo(known.game, block);
  const branches = history.all().map(({ id, key, owner, answerBy, opened }) => ({
    id,
    place: `${labelOf("Region", key.region)}, height ${key.height}, position ${key.position}`,
    hash: key.hash,
    owner,
    answerBy,
    isOpened: opened !== undefined,
  }));
  return { branches, demands: history.demands() };
}
