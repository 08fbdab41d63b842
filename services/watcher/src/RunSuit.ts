import {
  type Contest,
  firstWrongCheckpoint,
  handOf,
  type MachineBundle,
  machineBundleOf,
  machineOf,
  type PostedRun,
  readOrder,
  readRun,
  RunChunks,
  RunContest,
} from "@millrace/jobs";
import { unframeOutput } from "@millrace/rv32";
import type { Logger } from "@millrace/sdk";

import type { IRunClaims } from "../../../typechain-types/index.js";
import { Data, type Reader } from "./Data.js";
import type { Desk } from "./Desk.js";
import { hearingOf } from "./hearingOf.js";
import type { Shown, Suit } from "./Suit.js";

/** A claim about a run of a machine. */
export class RunSuit implements Suit {
  readonly #data: Data;

  private constructor(
    private readonly desk: Desk,
    private readonly posted: PostedRun,
  ) {
    const { contracts, deployment } = desk;
    const { taskId, attempt, claim } = posted;
    this.#data = new Data(desk, {
      chunks: new RunChunks(contracts.runs, posted),
      windowSeconds: Number(claim.terms.windowSeconds),
      whereabouts: {
        ...{ nodes: contracts.nodes, market: contracts.machines, taskId, attempt },
        fromBlock: deployment.deployedAtBlock,
      },
    });
  }

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

  get responseSeconds(): number {
    return this.posted.responseSeconds;
  }

  async examine(logger: Logger, until: number): Promise<Contest | undefined> {
    const { posted, game: claims } = this;
    const { contracts, deployment, docket, executor, signer } = this.desk;
    const { terms } = await readOrder(contracts.machines, posted.taskId, deployment.deployedAtBlock);
    const { codeHash } = posted.claim.program;
    const reader: Reader<MachineBundle> = {
      assertJob: (job) => {
        machineOf(terms, codeHash, job);
      },
      read: (files) => machineBundleOf(terms, codeHash, files),
      unframe: unframeOutput,
    };
    const examined = await docket.run(hearingOf(posted, until), async (signal) => {
      const bundle = await this.#data.bundle(terms, reader, { logger, signal });
      const honest = await executor.run(bundle, String(terms.bundleHash), signal);
      const firstWrong = await firstWrongCheckpoint(posted, honest);
      return firstWrong === undefined ? undefined : { honest, firstWrong };
    });
    if (examined === undefined) return undefined;
    const { honest, firstWrong } = examined;
    const hand = () => handOf(claims, signer, posted.claimId);
    return new RunContest({ claims, posted, honest, firstWrong, hand });
  }

  isShown(logger: Logger): Promise<Shown> {
    return this.#data.isOutputShown(logger);
  }
}
