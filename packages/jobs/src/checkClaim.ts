import { Region, rootsOf, type Traces } from "@millrace/tensor";

import type { PostedClaim } from "./readClaim.js";

/** What re-execution says of a claim. `firstWrong` is the region with the first wrong word, in address order. */
export type Verdict = { readonly isRight: true } | { readonly isRight: false; readonly firstWrong: Region };

/** Holds a claim against an honest execution of its program on its input. */
export function checkClaim({ claim }: Pick<PostedClaim, "claim">, honest: Traces): Verdict {
  const { bodyRoot, outputRoot } = rootsOf(honest);
  // The root of an empty body has no meaning.
  if (claim.header.bodyWords !== 0n && bodyRoot !== claim.bodyRoot) return { isRight: false, firstWrong: Region.Body };
  if (outputRoot !== claim.outputRoot) return { isRight: false, firstWrong: Region.Output };
  return { isRight: true };
}
