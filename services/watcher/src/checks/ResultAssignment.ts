import {
  checkClaim,
  fetchBundle,
  openingsOf,
  type PostedClaim,
  readClaim,
  readOrder,
  saltedTree,
} from "@millrace/jobs";
import type { Logger } from "@millrace/sdk";
import { type Traces, type TraceTree, treeOf } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IResultChecks, IResultClaims, ITaskMarket } from "../../../../typechain-types/index.js";
import type { Desk } from "../Desk.js";
import type { Assignment, Executed } from "./Assignment.js";

/** The result of a tensor program. */
export class ResultAssignment implements Assignment {
  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedClaim,
  ) {}

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<ResultAssignment | undefined> {
    const [posted] = await readClaim(desk.contracts.claims, { claimId, fromBlock });
    return posted && new ResultAssignment(desk, posted);
  }

  get taskId(): bigint {
    return this.posted.taskId;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get checks(): IResultChecks {
    return this.desk.contracts.checks;
  }

  get game(): IResultClaims {
    return this.desk.contracts.claims;
  }

  get market(): ITaskMarket {
    return this.desk.contracts.tasks;
  }

  drawnFor(): ReturnType<Assignment["drawnFor"]> {
    return this.checks.drawnFor(this.posted.claimId, this.posted.claim);
  }

  draw(): Promise<ContractTransaction> {
    return this.checks.draw.populateTransaction(this.posted.claimId, this.posted.claim);
  }

  async execute(logger: Logger): Promise<Executed> {
    const { deployment, executor, signal } = this.desk;
    const { claim } = this.posted;
    const { terms } = await readOrder(this.market, this.taskId, deployment.deployedAtBlock);
    const bundle = await fetchBundle(terms, { signal });
    return this.#executed(await executor.execute(bundle, claim.terms.inputRoot, logger));
  }

  #executed(honest: Traces): Executed {
    const { checks, posted } = this;
    const { claimId, claim } = posted;
    const trace = treeOf(honest, claim.header.bodyWords === 0n ? 2 : 1);
    if (trace === undefined) throw new Error("the region to be opened is empty");
    const salted = (account: string): TraceTree => saltedTree(claimId, account, trace.words);
    return {
      isRight: checkClaim(posted, honest).isRight,
      words: trace.wordCount,
      rootOf: (account) => Promise.resolve(salted(account).root),
      vouch: (place, account, positions) =>
        checks.vouch.populateTransaction(claimId, claim, place, openingsOf(trace, salted(account), positions)),
    };
  }
}
