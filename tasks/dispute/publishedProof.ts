import type { PostedClaim } from "@millrace/jobs";
import { directProof, fetchResult, kernelAddresses, submissionOf } from "@millrace/jobs";
import type { Bundle, Traces, Witness, WordAddress } from "@millrace/tensor";

import type { Session } from "../lib/Session.js";

/** The proof from the trace that the provider published; undefined if it withholds it or serves something else. */
export async function publishedProof(
  session: Session,
  posted: PostedClaim,
  { bundle, honest }: { readonly bundle: Bundle; readonly honest: Traces },
): Promise<{ target: WordAddress; witness: Witness } | undefined> {
  const { contracts, deployment } = await session.protocol();
  const submission = await submissionOf(contracts, posted.taskId, posted.attempt, deployment.deployedAtBlock);
  if (submission === undefined || submission.endpoint === "") return undefined;
  const published = await fetchResult(submission.endpoint, posted);
  if (published === undefined) return undefined;
  return directProof(bundle, honest, published, { kernelAddress: kernelAddresses(deployment) });
}
