import {
  areWordsHidden,
  assertJob,
  bundleOf,
  checkClaim,
  type Contest,
  type ContestMove,
  handOf,
  type PostedClaim,
  publishedProof,
  readClaim,
  readOrder,
  ResultChunks,
  ResultContest,
  witnessOptions,
} from "@millrace/jobs";
import { type Logger, sleep } from "@millrace/sdk";
import type { Bundle, WitnessOptions } from "@millrace/tensor";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { convictVouchers } from "./checks/convictVouchers.js";
import { Data, type Reader } from "./Data.js";
import type { Desk } from "./Desk.js";
import { hearingOf } from "./hearingOf.js";
import type { Shown, Suit } from "./Suit.js";

/** A claim about the result of a tensor program. */
export class ResultSuit implements Suit {
  readonly #data: Data;

  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedClaim,
  ) {
    const { contracts, deployment } = desk;
    const { taskId, attempt, claim } = posted;
    this.#data = new Data(desk, {
      chunks: new ResultChunks(contracts.claims, posted),
      windowSeconds: Number(claim.terms.windowSeconds),
      whereabouts: {
        ...{ nodes: contracts.nodes, market: contracts.tasks, taskId, attempt },
        fromBlock: deployment.deployedAtBlock,
      },
    });
  }

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<ResultSuit | undefined> {
    const [posted] = await readClaim(desk.contracts.claims, { claimId, fromBlock });
    return posted && new ResultSuit(desk, posted);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get provider(): string {
    return this.posted.claim.terms.provider;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get game(): IResultClaims {
    return this.desk.contracts.claims;
  }

  get responseSeconds(): number {
    return Number(this.posted.claim.terms.responseSeconds);
  }

  async examine(logger: Logger, until: number): Promise<Contest | undefined> {
    const { posted, game: claims } = this;
    const { contracts, deployment, docket, executor, kernels, signer } = this.desk;
    const { terms } = await readOrder(contracts.tasks, posted.taskId, deployment.deployedAtBlock);
    const reader: Reader<Bundle> = {
      assertJob: (job) => {
        assertJob(terms, job);
      },
      read: (files) => bundleOf(terms, files),
      unframe: (region) => region,
    };
    const examined = await docket.run(hearingOf(posted, until), async (signal) => {
      const bundle = await this.#data.bundle(terms, reader, { logger, signal });
      const honest = await executor.execute(bundle, posted.claim.terms.inputRoot, logger, signal);
      const verdict = checkClaim(posted, honest);
      // Of what is right nothing is kept.
      return verdict.isRight ? undefined : { bundle, honest, firstWrong: verdict.firstWrong };
    });
    if (examined === undefined) return undefined;
    const { bundle, honest, firstWrong } = examined;
    const witness = await witnessOptions(contracts, deployment, bundle.program, kernels.set);
    const direct = await this.#published({ bundle, honest }, witness, logger);
    const hand = () => handOf(claims, signer, posted.claimId);
    return new ResultContest({ claims, posted, bundle, honest, firstWrong, witness, hand, direct });
  }

  async isShown(logger: Logger): Promise<Shown> {
    const { clock, contracts } = this.desk;
    // Without a body the result is what checkers open: its provider does not withhold it, but waits for them.
    const isOpened = this.posted.claim.header.bodyWords === 0n;
    if (isOpened && (await areWordsHidden(contracts, this.posted, await clock.now()))) return "pending";
    return await this.#data.isOutputShown(logger);
  }

  /** The proof from the published trace: it is worth waiting for while its provider may only not show it yet. */
  async #published(
    known: Parameters<typeof publishedProof>[3],
    witness: WitnessOptions,
    logger: Logger,
  ): Promise<Awaited<ReturnType<typeof publishedProof>>> {
    const { posted } = this;
    const { contracts, deployment, clock, pollMs, signal } = this.desk;
    for (let waits = false; !signal.aborted; waits = true) {
      const mayCome = await areWordsHidden(contracts, posted, await clock.now());
      const direct = await publishedProof(contracts, deployment, posted, known, { witness, signal });
      if (direct !== undefined) return direct;
      if (!mayCome) break;
      if (!waits) logger.info("waiting for the trace, which is shown after the checkers' commitments");
      await sleep(pollMs, signal);
    }
    logger.warn("trace is not published, demanding it");
    return undefined;
  }

  async afterProof(move: ContestMove): Promise<void> {
    await convictVouchers(this.desk, this.claimId, move);
  }
}
