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
import { type ContractTransaction, hexlify } from "ethers";

import type { IMachineMarket, IRunChecks, IRunClaims } from "../../../../typechain-types/index.js";
import type { Desk } from "../Desk.js";
import type { Assignment, Executed } from "./Assignment.js";

/** A run of a machine. */
export class RunAssignment implements Assignment {
  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedRun,
  ) {}

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<RunAssignment | undefined> {
    const [posted] = await readRun(desk.contracts.runs, { claimId, fromBlock });
    return posted && new RunAssignment(desk, posted);
  }

  get taskId(): bigint {
    return this.posted.taskId;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get checks(): IRunChecks {
    return this.desk.contracts.runChecks;
  }

  get game(): IRunClaims {
    return this.desk.contracts.runs;
  }

  get market(): IMachineMarket {
    return this.desk.contracts.machines;
  }

  drawnFor(): ReturnType<Assignment["drawnFor"]> {
    return this.checks.drawnFor(this.posted.claimId, this.posted.claim);
  }

  draw(): Promise<ContractTransaction> {
    return this.checks.draw.populateTransaction(this.posted.claimId, this.posted.claim);
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
