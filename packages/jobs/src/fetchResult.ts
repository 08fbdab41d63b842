import { type Execution, TraceTree, ZERO_WORD } from "@millrace/tensor";

import { fetchBytes, type FetchOptions } from "./fetchBytes.js";
import type { PostedClaim } from "./readClaim.js";

/** What an agent publishes of an attempt: always the output, and the body unless it withholds it. */
export type Result = Execution;

/**
 * Gets the trace that an agent published and holds it against the roots of its claim. Undefined if it is withheld or is
 * not what was claimed: then only the opening game gets at it.
 */
export async function fetchResult(
  endpoint: string,
  { taskId, attempt, claim }: PostedClaim,
  options: FetchOptions = {},
): Promise<Result | undefined> {
  const base = `${endpoint.replace(/\/+$/, "")}/tasks/${taskId}/${attempt}`;
  try {
    const output = await fetchBytes(`${base}/output.bin`, options);
    const body = claim.header.bodyWords === 0n ? new Uint8Array() : await fetchBytes(`${base}/body.bin`, options);
    const isClaimed = rootOf(output) === claim.outputRoot && (body.length === 0 || rootOf(body) === claim.bodyRoot);
    return isClaimed ? { body, output } : undefined;
  } catch {
    return undefined;
  }
}

function rootOf(words: Uint8Array): string {
  return words.length === 0 ? ZERO_WORD : TraceTree.build(words).root;
}
