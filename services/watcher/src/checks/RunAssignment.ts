import {
  fetchMachineBundle,
  firstWrongCheckpoint,
  type PostedRun,
  readOrder,
  readRun,
  runWords,
  saltedRun,
  stepOpenings,
} from "@millrace/jobs";
import { hexlify } from "ethers";

import type { IRunChecks } from "../../../../typechain-types/index.js";
import type { Desk } from "../Desk.js";
import type { Executed } from "./Assignment.js";
import { ClaimAssignment } from "./ClaimAssignment.js";

/** A run of a machine. */
export class RunAssignment extends ClaimAssignment<PostedRun, IRunChecks> {
  private constructor(desk: Desk, posted: PostedRun) {
    const { contracts } = desk;
    super(desk, posted, { checks: contracts.runChecks, game: contracts.runs, market: contracts.machines });
  }

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<RunAssignment | undefined> {
    const [posted] = await readRun(desk.contracts.runs, { claimId, fromBlock });
    return posted && new RunAssignment(desk, posted);
  }

  async execute(): Promise<Executed> {
    const { deployment, executor, signal } = this.desk;
    const { checks, posted } = this;
    const { claimId, claim } = posted;
    const { terms } = await readOrder(this.market, this.taskId, deployment.deployedAtBlock);
    const bundle = await fetchMachineBundle(terms, claim.program.codeHash, { signal });
    const honest = executor.states(bundle, String(terms.bundleHash));
    const isRight = (await firstWrongCheckpoint(posted, honest)) === undefined;
    return {
      isRight,
      words: runWords(posted),
      rootOf: async (account) => hexlify((await saltedRun(posted, account, honest)).root),
      vouch: async (place, account, positions) => {
        const salted = await saltedRun(posted, account, honest);
        const openings = await stepOpenings(posted, honest, salted, positions);
        return checks.vouch.populateTransaction(claimId, claim, place, openings);
      },
    };
  }
}
