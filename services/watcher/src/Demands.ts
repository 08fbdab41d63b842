import { type ChunkDesk, feeToSend, retrievalOf } from "@millrace/jobs";
import { decodeError, type Logger, memberOf } from "@millrace/sdk";
import type { Region } from "@millrace/tensor";

import type { Desk } from "./Desk.js";

/** How far a region has been had. */
export interface Step {
  /** All of it, once it is shown on chain. */
  readonly bytes: Uint8Array | undefined;
  /** Whether something that was demanded may still be shown, or has to be ended. */
  readonly isPending: boolean;
}

const OPEN = memberOf("ClaimState", "open");

/** Part of a window after which what cannot be had off chain counts as withheld: hosts fail for a moment. */
const PATIENCE_PART = 4;

/** Failures of transactions that take nothing with them. After any other it may be mined yet. */
const UNPAID: ReadonlySet<string> = new Set(["INSUFFICIENT_FUNDS", "REVERTED"]);

/** Demands the data of one claim on chain, within the purse, and ends the claim if they are not shown in time. */
export class Demands {
  constructor(
    private readonly desk: Desk,
    private readonly chunks: ChunkDesk,
    private readonly windowSeconds: number,
  ) {}

  /** One step towards a region: what was shown to anyone is taken, what is overdue ended, the rest demanded. */
  async step(region: Region, logger: Logger): Promise<Step> {
    const { account, clock } = this.desk;
    const { chunks } = this;
    const { number, timestamp } = await clock.latest();
    const found = await retrievalOf(chunks, region, { block: number, now: timestamp, account });
    if (found.bytes !== undefined) return { bytes: found.bytes, isPending: false };
    if ((await chunks.game.stateOf(chunks.claimId)) !== OPEN) return { bytes: undefined, isPending: false };
    const [late] = found.overdue;
    if (late !== undefined) {
      await this.#send(await chunks.timeout(region, late.chunk), "end what is withheld", logger);
      return { bytes: undefined, isPending: false };
    }
    const asked = this.#mayAsk(timestamp) ? await this.#ask(region, found.ask, found.chunks - found.shown, logger) : 0;
    return { bytes: undefined, isPending: found.waiting.length + asked > 0 };
  }

  #mayAsk(now: number): boolean {
    const { purse, account } = this.desk;
    const { isPrivate, buyer, windowEndsAt } = this.chunks;
    const from = windowEndsAt - this.windowSeconds + Math.ceil(this.windowSeconds / PATIENCE_PART);
    return purse.isOpen && (!isPrivate || account === buyer) && now >= from && now <= windowEndsAt;
  }

  /** A part of the data is worth nothing: nothing is demanded that the purse could not pay to its end. */
  async #ask(region: Region, ask: readonly number[], left: number, logger: Logger): Promise<number> {
    const { provider, purse } = this.desk;
    const { game, claimId } = this.chunks;
    let asked = 0;
    for (const chunk of ask) {
      const fee = await feeToSend(game, provider, claimId);
      const needed = fee * BigInt(left - asked);
      if (needed > purse.leftWei || !purse.take(fee)) {
        logger.error({ needed, left: purse.leftWei }, "data are withheld: raise demandBudgetEther to demand them");
        break;
      }
      try {
        await this.#send(await this.chunks.demand(region, chunk, fee), "demand withheld data", logger);
      } catch (error) {
        // It is tried again and again: a purse that paid for each try would be empty for ever.
        if (UNPAID.has(decodeError(error).code)) purse.putBack(fee);
        throw error;
      }
      asked++;
    }
    return asked;
  }

  async #send(call: object, label: string, logger: Logger): Promise<void> {
    const receipt = await this.desk.sender.send(call, label, { dueAt: this.chunks.windowEndsAt });
    logger.info({ move: label, gas: receipt.gasUsed, hash: receipt.hash }, "move made");
  }
}
