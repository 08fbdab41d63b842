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
import { layoutOf } from "@millrace/rv32";
import type { Logger } from "@millrace/sdk";
import { hexlify } from "ethers";

import type { IRunChecks } from "../../../../typechain-types/index.js";
import type { Desk } from "../Desk.js";
import { hearingOf } from "../hearingOf.js";
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

  async execute(_: Logger, until: number): Promise<Executed> {
    const { deployment, docket, executor } = this.desk;
    const { checks, posted } = this;
    const { claimId, claim } = posted;
    const { terms } = await readOrder(this.market, this.taskId, deployment.deployedAtBlock);
    const { honest, isRight } = await docket.run(hearingOf(posted, until), async (signal) => {
      const maxBytes = layoutOf(Number(claim.program.depth)).regionBytes;
      const bundle = await fetchMachineBundle(terms, claim.program.codeHash, { signal, maxBytes });
      const honest = await executor.run(bundle, String(terms.bundleHash), signal);
      return { honest, isRight: (await firstWrongCheckpoint(posted, honest)) === undefined };
    });
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
