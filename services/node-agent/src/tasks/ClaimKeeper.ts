import type { Defence } from "@millrace/jobs";
import type { Logger, TransactionSender } from "@millrace/sdk";

interface Chain {
  readonly sender: TransactionSender;
  readonly logger: Logger;
}

/** Bonds withdrawn by one call at most. */
const BONDS_PER_CALL = 32;

/**
 * Answers for one claim: opens what is pointed at, shows what is demanded, and takes the fees, and the bonds of those who
 * pointed in vain. It keeps nothing: what is pending stands on chain.
 */
export class ClaimKeeper {
  constructor(
    private readonly chain: Chain,
    private readonly defence: Defence,
  ) {}

  /** Answers every question that can still be answered, the most urgent first. */
  async answer(block: number, now: number): Promise<void> {
    const { sender, logger } = this.chain;
    const { claimId } = this.defence;
    const due = (await this.defence.questions(block)).filter(({ answerBy }) => now <= answerBy);
    for (const { what, answerBy, answer } of due.sort((a, b) => a.answerBy - b.answerBy)) {
      const call = await answer();
      if (call === undefined) {
        logger.error({ claimId, what }, "cannot answer: the claim is not of what is kept here");
        continue;
      }
      await sender.send(call, `answer ${what} of ${claimId.toString()}`);
      logger.info({ claimId, what, answerBy }, "question answered");
    }
  }

  /** Pays fees of chunks, and the bonds of a final claim's branches, to its provider. */
  async collectBonds(block: number): Promise<void> {
    const { sender, logger } = this.chain;
    const { claimId, game } = this.defence;
    const asked = await this.defence.ids(block);
    const stored = await Promise.all(asked.map((id) => game.branchOf(id)));
    // After a restart some may be withdrawn already.
    const left = asked.filter((_, i) => stored[i]?.bondGwei !== 0n);
    for (let i = 0; i < left.length; i += BONDS_PER_CALL) {
      const ids = left.slice(i, i + BONDS_PER_CALL);
      await sender.send(() => this.defence.withdrawal(ids), `withdraw bonds of ${claimId.toString()}`);
    }
    if (left.length > 0) logger.info({ claimId, branches: left.length }, "bonds of challengers collected");
  }
}
