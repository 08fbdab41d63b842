import {
  type Contest,
  fetchMachineBundle,
  firstWrongCheckpoint,
  handOf,
  type PostedRun,
  readOrder,
  readRun,
  RunContest,
} from "@millrace/jobs";

import type { IRunClaims } from "../../../typechain-types/index.js";
import type { Desk } from "./Desk.js";
import type { Suit } from "./Suit.js";

/** A claim about a run of a machine. */
export class RunSuit implements Suit {
  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedRun,
  ) {}

  static async of(desk: Desk, claimId: bigint, fromBlock: number): Promise<RunSuit | undefined> {
    const [posted] = await readRun(desk.contracts.runs, { claimId, fromBlock });
    return posted && new RunSuit(desk, posted);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get provider(): string {
    return this.posted.provider;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get game(): IRunClaims {
    return this.desk.contracts.runs;
  }

  async examine(): Promise<Contest | undefined> {
    const { posted, game: claims } = this;
    const { contracts, deployment, executor, signal, signer } = this.desk;
    const { terms } = await readOrder(contracts.machines, posted.taskId, deployment.deployedAtBlock);
    const bundle = await fetchMachineBundle(terms, posted.claim.program.codeHash, { signal });
    const honest = executor.states(bundle, String(terms.bundleHash));
    const firstWrong = await firstWrongCheckpoint(posted, honest);
    if (firstWrong === undefined) return undefined;
    const hand = () => handOf(claims, signer, posted.claimId);
    return new RunContest({ claims, posted, honest, firstWrong, hand });
  }

  afterProof(): Promise<void> {
    return Promise.resolve();
  }
}
