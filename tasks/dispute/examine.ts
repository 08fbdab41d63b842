import type { PostedClaim, Verdict } from "@millrace/jobs";
import { checkClaim, fetchBundle, readOrder } from "@millrace/jobs";
import type { Bundle, Traces } from "@millrace/tensor";
import { executeInWorker } from "@millrace/tensor";

import type { Session } from "../lib/Session.js";

interface Examination {
  readonly bundle: Bundle;
  readonly honest: Traces;
  readonly verdict: Verdict;
}

/** Re-executes what a claim is the result of. */
export async function examine(session: Session, posted: PostedClaim): Promise<Examination> {
  const { contracts, deployment } = await session.protocol();
  const order = await readOrder(contracts.tasks, posted.taskId, deployment.deployedAtBlock);
  const bundle = await fetchBundle(order.terms);
  session.output.say(`Re-executing ${bundle.program.totalWords.toLocaleString("en-US")} words …`);
  const honest = await executeInWorker(bundle.program, bundle.input);
  return { bundle, honest, verdict: checkClaim(posted, honest) };
}
