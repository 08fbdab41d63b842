import { treeOf, type Traces } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IResultClaims } from "../../../../typechain-types/index.js";
import { branchIdOf } from "../commitments.js";
import { GameHistory } from "../GameHistory.js";
import type { PostedClaim } from "../readClaim.js";
import { chunkOf } from "./chunks.js";
import type { Defence, Question } from "./Defence.js";

/** A provider's answers about a result of a tensor program. */
export class ResultDefence implements Defence {
  readonly #history: GameHistory;

  /** @param traces - what was claimed, or how to get it: it is large, and most claims are never asked about */
  constructor(
    readonly game: IResultClaims,
    private readonly posted: PostedClaim,
    private readonly traces: Traces | (() => Promise<Traces>),
  ) {
    this.#history = new GameHistory(posted.claimId, posted.block);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get provider(): string {
    return this.posted.claim.terms.provider;
  }

  async questions(block: number): Promise<Question[]> {
    await this.#history.readTo(this.game, block);
    const { claimId } = this;
    const { claim } = this.posted;
    const branches = this.#history.pending().map(({ key, answerBy }): Question => {
      const { region, height, position, hash } = key;
      return {
        what: `branch ${region}/${height}/${position}`,
        answerBy,
        answer: async () => {
          const tree = treeOf(await this.#load(), region as 0 | 1 | 2);
          // Only hashes that fold to the committed root can be pointed at: another one here is a fault of this machine.
          if (tree?.node(height, position) !== hash.toLowerCase()) return undefined;
          return this.game.open.populateTransaction(claimId, key, tree.openingChildren(height, position));
        },
      };
    });
    const demands = this.#history.demands().filter(({ words }) => words === undefined);
    const chunks = demands.map(({ region, chunk, answerBy }): Question => ({
      what: `chunk ${region}/${chunk}`,
      answerBy,
      answer: async () => {
        const tree = treeOf(await this.#load(), region as 0 | 1 | 2);
        if (tree === undefined) return undefined;
        const { words, siblings } = chunkOf(tree, chunk);
        return this.game.deliver.populateTransaction(claimId, claim, region, chunk, words, siblings);
      },
    }));
    return [...branches, ...chunks];
  }

  async ids(block: number): Promise<string[]> {
    await this.#history.readTo(this.game, block);
    const branches = this.#history.all().map(({ key }) => branchIdOf(this.claimId, key));
    return [...branches, ...this.#history.demands().map(({ demandId }) => demandId)];
  }

  withdrawal(ids: string[]): Promise<ContractTransaction> {
    const { claimId, provider } = this;
    return this.game.withdrawBonds.populateTransaction(claimId, this.posted.claim, ids, provider, provider);
  }

  async #load(): Promise<Traces> {
    return typeof this.traces === "function" ? await this.traces() : this.traces;
  }
}
