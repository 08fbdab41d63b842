import type { Contest, PostedClaim, PostedRun } from "@millrace/jobs";
import {
  checkClaim,
  ExecutionPool,
  firstWrongCheckpoint,
  handOf,
  publishedProof,
  ResultContest,
  RunContest,
  witnessOptions,
} from "@millrace/jobs";
import { ExecutionWorker } from "@millrace/rv32";
import { labelOf } from "@millrace/sdk";
import type { Bundle, Traces, Witness, WordAddress } from "@millrace/tensor";
import { executeInWorker } from "@millrace/tensor";

import { claimedJob } from "../job/claimedJob.js";
import type { Session } from "../lib/Session.js";
import type { KnownClaim } from "./claimOf.js";
import { kernelsOf } from "./kernelsOf.js";

/** What re-execution says of a claim. */
export interface Examination {
  /** What is wrong, for people. */
  readonly finding: string;
  readonly contest: Contest;
  /** The proof from the published trace, if there is one. */
  readonly direct: { readonly target: WordAddress; readonly witness: Witness } | undefined;
  /** Ends what was started for it. */
  readonly close: () => Promise<void>;
}

/** Re-executes what a claim is the result of; undefined if the claim is right. */
export async function examine(session: Session, known: KnownClaim): Promise<Examination | undefined> {
  const job = await claimedJob(await session.protocol(), known.market, known.taskId);
  session.output.say(`Re-executing ${job.size} …`);
  if (job.kind === "dispute") return examineResult(session, known.posted as PostedClaim, job.bundle);
  return examineRun(session, known.posted as PostedRun, job.bundle);
}

async function examineResult(session: Session, posted: PostedClaim, bundle: Bundle): Promise<Examination | undefined> {
  const { contracts, deployment } = await session.protocol();
  const { claims } = contracts;
  const kernels = await kernelsOf(session);
  const honest: Traces = await executeInWorker(bundle.program, bundle.input, { kernelModules: kernels.modules });
  const verdict = checkClaim(posted, honest);
  if (verdict.isRight) return undefined;
  const { firstWrong } = verdict;
  const witness = await witnessOptions(contracts, deployment, bundle.program, kernels.set);
  const direct = await publishedProof(contracts, deployment, posted, { bundle, honest }, { witness });
  const hand = async () => handOf(claims, (await session.account()).signer, posted.claimId);
  return {
    finding: `its ${labelOf("Region", firstWrong)} differs from what the program computes`,
    contest: new ResultContest({ claims, posted, bundle, honest, firstWrong, witness, hand, direct }),
    direct,
    close: () => Promise.resolve(),
  };
}

async function examineRun(
  session: Session,
  posted: PostedRun,
  { program, input }: { program: ConstructorParameters<typeof ExecutionWorker>[0]; input: Uint8Array },
): Promise<Examination | undefined> {
  const { runs: claims } = (await session.protocol()).contracts;
  const pool = new ExecutionPool(1);
  const honest = pool.states("run", () => Promise.resolve(new ExecutionWorker(program, input)));
  const firstWrong = await firstWrongCheckpoint(posted, honest);
  if (firstWrong === undefined) {
    await pool.closeAll();
    return undefined;
  }
  const hand = async () => handOf(claims, (await session.account()).signer, posted.claimId);
  return {
    finding: `its state after checkpoint ${firstWrong} of ${posted.checkpoints.length} is not the machine's`,
    contest: new RunContest({ claims, posted, honest, firstWrong, hand }),
    direct: undefined,
    close: () => pool.closeAll(),
  };
}
