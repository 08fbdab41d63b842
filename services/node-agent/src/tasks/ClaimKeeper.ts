import { bondBatches, type Defence, type Question } from "@millrace/jobs";
import type { Logger, Semaphore, TransactionSender } from "@millrace/sdk";
import type { ContractTransaction } from "ethers";

interface Chain {
  readonly sender: TransactionSender;
  readonly logger: Logger;
  /** Where answers of several claims wait for their turn: each takes a whole result into memory, or runs it again. */
  readonly computing: Semaphore;
}

/**
 * Answers for one claim: opens what is pointed at, shows what is demanded, and takes the fees, and the bonds of those who
 * pointed in vain. It keeps nothing: what is pending stands on chain.
 */
export class ClaimKeeper {
  constructor(
    private readonly chain: Chain,
    private readonly defence: Defence,
  ) {}

  /**
   * Answers every question that can still be answered, the most urgent first. One that fails holds up no other: somebody else
   * may have answered it, or it may be a question that the chain has forgotten.
   * @throws what failed first, once all were tried
   */
  async answer(block: number, now: number): Promise<void> {
    const due = (await this.defence.questions(block)).filter(({ answerBy }) => now <= answerBy);
    if (due.length === 0) return;
    due.sort((a, b) => a.answerBy - b.answerBy);
    // All at once, so that a result is loaded once, and before anything waits for a block, so that it may go.
    const answers = await this.chain.computing.run(() => Promise.allSettled(due.map(({ answer }) => answer())));
    const failures: unknown[] = [];
    for (const [index, question] of due.entries()) {
      const answer = answers[index];
      if (answer?.status !== "fulfilled") failures.push(answer?.reason);
      else await this.#send(question, answer.value).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #send({ what, answerBy }: Question, call: ContractTransaction | undefined): Promise<void> {
    const { sender, logger } = this.chain;
    const { claimId } = this.defence;
    if (call === undefined) {
      logger.error({ claimId, what }, "cannot answer: the claim is not of what is kept here");
      return;
    }
    await sender.send(call, `answer ${what} of ${claimId.toString()}`, { dueAt: answerBy });
    logger.info({ claimId, what, answerBy }, "question answered");
  }

  /** Pays fees of chunks, and the bonds of a final claim's branches, to its provider. */
  async collectBonds(block: number): Promise<void> {
    const { sender, logger } = this.chain;
    const { claimId, game } = this.defence;
    const batches = await bondBatches(game, claimId, await this.defence.ids(block));
    for (const ids of batches)
      await sender.send(() => this.defence.withdrawal(ids), `withdraw bonds of ${claimId.toString()}`);
    if (batches.length > 0) logger.info({ claimId, branches: batches.flat().length }, "bonds of challengers collected");
  }
}
