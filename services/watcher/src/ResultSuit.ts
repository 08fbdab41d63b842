import {
  checkClaim,
  type Contest,
  type ContestMove,
  fetchBundle,
  handOf,
  type PostedClaim,
  publishedProof,
  readClaim,
  readOrder,
  ResultContest,
  witnessOptions,
} from "@millrace/jobs";
import type { Logger } from "@millrace/sdk";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { convictVouchers } from "./checks/convictVouchers.js";
import type { Desk } from "./Desk.js";
import type { Suit } from "./Suit.js";

/** A claim about the result of a tensor program. */
export class ResultSuit implements Suit {
  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedClaim,
  ) {}

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

  async examine(logger: Logger): Promise<Contest | undefined> {
    const { posted, game: claims } = this;
    const { contracts, deployment, executor, kernels, signal, signer } = this.desk;
    const { terms } = await readOrder(contracts.tasks, posted.taskId, deployment.deployedAtBlock);
    const bundle = await fetchBundle(terms, { signal });
    const honest = await executor.execute(bundle, posted.claim.terms.inputRoot, logger);
    const verdict = checkClaim(posted, honest);
    if (verdict.isRight) return undefined;
    const witness = await witnessOptions(contracts, deployment, bundle.program, kernels.set);
    const direct = await publishedProof(contracts, deployment, posted, { bundle, honest }, { witness, signal });
    if (direct === undefined) logger.warn("trace is not published, demanding it");
    const hand = () => handOf(claims, signer, posted.claimId);
    return new ResultContest({ claims, posted, bundle, honest, firstWrong: verdict.firstWrong, witness, hand, direct });
  }

  async afterProof({ proof }: ContestMove): Promise<void> {
    if (proof !== undefined) await convictVouchers(this.desk, this.desk.contracts, this.posted, proof);
  }
}
