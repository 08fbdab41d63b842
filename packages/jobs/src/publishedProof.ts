import type { Contracts, Deployment } from "@millrace/sdk";
import type { Bundle, Traces, Witness, WitnessOptions, WordAddress } from "@millrace/tensor";

import { directProof } from "./directProof.js";
import type { FetchOptions } from "./fetchBytes.js";
import { fetchResult } from "./fetchResult.js";
import type { PostedClaim } from "./readClaim.js";
import { submissionOf } from "./submissionOf.js";

interface Options extends FetchOptions {
  readonly witness: WitnessOptions;
}

/** The proof from the trace that the provider published; undefined if it withholds it or serves something else. */
export async function publishedProof(
  contracts: Pick<Contracts, "nodes" | "tasks">,
  { deployedAtBlock }: Pick<Deployment, "deployedAtBlock">,
  posted: PostedClaim,
  { bundle, honest }: { readonly bundle: Bundle; readonly honest: Traces },
  { witness, ...fetching }: Options,
): Promise<{ target: WordAddress; witness: Witness } | undefined> {
  const submission = await submissionOf(contracts.nodes, contracts.tasks, posted, deployedAtBlock);
  if (submission === undefined || submission.endpoint === "") return undefined;
  const published = await fetchResult(submission.endpoint, posted, fetching);
  return published && directProof(bundle, honest, published, witness);
}
