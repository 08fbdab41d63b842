import { branchIdOf, GameHistory, type PostedClaim, readClaim } from "@millrace/jobs";
import type { Contracts, Logger, TransactionSender } from "@millrace/sdk";
import { siblingsOf, type Traces, treeOf } from "@millrace/tensor";

interface Chain {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly deployedAtBlock: number;
  readonly logger: Logger;
}

/** Chunks have 2^8 words, or are the whole of a smaller region. */
const CHUNK_LOG2 = 8;
/** Bonds withdrawn by one call at most. */
const BONDS_PER_CALL = 32;

/**
 * Answers for one claim: opens what is pointed at, shows what is demanded, and takes the fees, and the bonds of those who
 * pointed in vain. It keeps nothing but the traces: what is pending stands on chain.
 */
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
    await this.#deliver(now);
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

  /** Shows every demanded chunk that can still be shown, the most urgent first. */
  async #deliver(now: number): Promise<void> {
    const { contracts, sender, logger } = this.chain;
    const { claimId, claim } = this.posted;
    const due = this.history.demands().filter(({ words, answerBy }) => words === undefined && now <= answerBy);
    for (const { region, chunk, answerBy } of due.sort((a, b) => a.answerBy - b.answerBy)) {
      const tree = treeOf(this.traces, region as 0 | 1 | 2);
      if (tree === undefined) continue;
      const log2 = Math.min(CHUNK_LOG2, tree.depth);
      const words = Array.from({ length: 2 ** log2 }, (_, i) => tree.node(0, chunk * 2 ** log2 + i));
      const siblings = siblingsOf(tree, chunk, log2);
      await sender.send(
        () => contracts.claims.deliver.populateTransaction(claimId, claim, region, chunk, words, siblings),
        `deliver ${claimId.toString()} ${region}/${chunk}`,
      );
      logger.info({ claimId, region, chunk, answerBy }, "chunk delivered");
    }
  }

  /** Pays fees of chunks, and the bonds of a final claim's branches, to its provider. */
  async collectBonds(block: number): Promise<void> {
    const { contracts, sender, logger } = this.chain;
    await this.history.readTo(contracts.claims, block);
    const { claimId, claim } = this.posted;
    const asked = [
      ...this.history.all().map(({ key }) => branchIdOf(claimId, key)),
      ...this.history.demands().map(({ demandId }) => demandId),
    ];
    const stored = await Promise.all(asked.map((id) => contracts.claims.branchOf(id)));
    // After a restart some may be withdrawn already.
    const left = asked.filter((_, i) => stored[i]?.bondGwei !== 0n);
    const { provider } = claim.terms;
    for (let i = 0; i < left.length; i += BONDS_PER_CALL) {
      const ids = left.slice(i, i + BONDS_PER_CALL);
      await sender.send(
        () => contracts.claims.withdrawBonds.populateTransaction(claimId, claim, ids, provider, provider),
        `withdraw bonds of ${claimId.toString()}`,
      );
    }
    if (left.length > 0) logger.info({ claimId, branches: left.length }, "bonds of challengers collected");
  }
}
