import { GameHistory, type PostedClaim, readClaim } from "@millrace/jobs";
import type { Contracts, Logger, TransactionSender } from "@millrace/sdk";
import { type Traces, treeOf } from "@millrace/tensor";

interface Chain {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly deployedAtBlock: number;
  readonly logger: Logger;
}

/** Answers for one claim: opens what is pointed at, and takes the bonds of those who pointed in vain. */
export class ClaimKeeper {
  private constructor(
    private readonly chain: Chain,
    private readonly posted: PostedClaim,
    private readonly history: GameHistory,
    private readonly traces: Traces,
  ) {}

  static async of(chain: Chain, claimId: bigint, traces: Traces): Promise<ClaimKeeper> {
    const [posted] = await readClaim(chain.contracts.claims, { claimId, fromBlock: chain.deployedAtBlock });
    if (posted === undefined) throw new Error(`claim ${claimId.toString()} is not there`);
    return new ClaimKeeper(chain, posted, new GameHistory(claimId, posted.block), traces);
  }

  /** Opens every pending branch that can still be opened, the most urgent first. */
  async answer(block: number, now: number): Promise<void> {
    const { contracts, sender, logger } = this.chain;
    await this.history.readTo(contracts.claims, block);
    const pending = this.history.pending().filter(({ answerBy }) => now <= answerBy);
    for (const { key, answerBy } of pending.sort((a, b) => a.answerBy - b.answerBy)) {
      const { region, height, position } = key;
      const tree = treeOf(this.traces, region as 0 | 1 | 2);
      // Only hashes that fold to the committed root can be pointed at: another one here is a fault of this machine.
      if (tree?.node(height, position) !== key.hash.toLowerCase()) {
        logger.error({ claimId: this.posted.claimId, region, height, position }, "cannot open a branch: other trace");
        continue;
      }
      const children = tree.openingChildren(height, position);
      await sender.send(
        () => contracts.claims.open.populateTransaction(this.posted.claimId, key, children),
        `open ${this.posted.claimId.toString()} ${height}/${position}`,
      );
      logger.info({ claimId: this.posted.claimId, region, height, position, answerBy }, "branch opened");
    }
  }

  /** Pays the bonds of a final claim's branches to its provider. */
  async collectBonds(block: number): Promise<void> {
    const { contracts, sender, logger } = this.chain;
    await this.history.readTo(contracts.claims, block);
    const { claimId, claim } = this.posted;
    const branches = this.history.all().map(({ key }) => key);
    if (branches.length === 0) return;
    const { provider } = claim.terms;
    await sender.send(
      () => contracts.claims.withdrawBonds.populateTransaction(claimId, claim, branches, provider, provider),
      `withdraw bonds of ${claimId.toString()}`,
    );
    logger.info({ claimId, branches: branches.length }, "bonds of challengers collected");
  }
}
