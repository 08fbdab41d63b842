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
import { type Traces, type TraceTree, treeOf, WORD_BYTES } from "@millrace/tensor";

import type { IResultChecks } from "../../../../typechain-types/index.js";
import type { Desk } from "../Desk.js";
import { hearingOf } from "../hearingOf.js";
import type { Executed } from "./Assignment.js";
import { ClaimAssignment } from "./ClaimAssignment.js";

/** The result of a tensor program. */
export class ResultAssignment extends ClaimAssignment<PostedClaim, IResultChecks> {
  private constructor(desk: Desk, posted: PostedClaim) {
    const { contracts } = desk;
    super(desk, posted, { checks: contracts.checks, game: contracts.claims, market: contracts.tasks });
  }

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<ResultAssignment | undefined> {
    const [posted] = await readClaim(desk.contracts.claims, { claimId, fromBlock });
    return posted && new ResultAssignment(desk, posted);
  }

  async execute(logger: Logger, until: number): Promise<Executed> {
    const { deployment, docket, executor } = this.desk;
    const { claim } = this.posted;
    const { terms } = await readOrder(this.market, this.taskId, deployment.deployedAtBlock);
    return await docket.run(hearingOf(this.posted, until), async (signal) => {
      const bundle = await fetchBundle(terms, { signal, maxBytes: Number(claim.header.inWords) * WORD_BYTES });
      return this.#executed(await executor.execute(bundle, claim.terms.inputRoot, logger, signal));
    });
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
