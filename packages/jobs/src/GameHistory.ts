import type { IResultClaims } from "../../../typechain-types/index.js";
import type { BranchFacts } from "./BranchHistory.js";
import type { BranchKey } from "./BranchKey.js";
import { branchIdOf } from "./commitments.js";
import { ClaimHistory } from "./games/ClaimHistory.js";

/** What is known of a branch that was pointed at. */
interface KeyedFacts extends BranchFacts {
  readonly key: BranchKey;
}

/** The part of a game's history that a player needs. */
export interface Game {
  branch(key: BranchKey): KeyedFacts | undefined;
  ownedBy(account: string): BranchKey[];
}

/** The game about the result of a tensor program. */
export class GameHistory extends ClaimHistory<IResultClaims, KeyedFacts> implements Game {
  branch(key: BranchKey): KeyedFacts | undefined {
    return this.branches.find(branchIdOf(this.claimId, key));
  }

  ownedBy(account: string): BranchKey[] {
    return this.branches.ownedBy(account).map(({ key }) => key);
  }

  protected override async pointed(claims: IResultClaims, fromBlock: number, toBlock: number): Promise<KeyedFacts[]> {
    const events = await claims.queryFilter(claims.filters.BranchPointed(this.claimId), fromBlock, toBlock);
    return events.map(({ args, blockNumber }) => {
      const { region, height, position, hash } = args.branch;
      const key = { region: Number(region), height: Number(height), position: Number(position), hash };
      return { id: args.branchId, block: blockNumber, key, owner: args.owner, answerBy: Number(args.answerBy) };
    });
  }
}
