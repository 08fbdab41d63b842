import { type Bundle, decodeBundle, decodeJob, TraceTree } from "@millrace/tensor";

import type { FetchOptions } from "./fetchBytes.js";
import { dataMismatch, type DataTerms, fetchFiles, type JobFiles } from "./fetchFiles.js";

/**
 * Gets the bundle of an order from its buyer's host and checks it against the order's hashes.
 * @throws {MillraceError} `DATA_UNAVAILABLE`, or `DATA_MISMATCH` when it is not what was ordered
 */
export async function fetchBundle(terms: DataTerms, options: FetchOptions = {}): Promise<Bundle> {
  return bundleOf(terms, await fetchFiles(terms, options));
}

/** Checks that a job file is that of an order, whatever its input. @throws {MillraceError} `DATA_MISMATCH` */
export function assertJob(terms: DataTerms, job: Uint8Array): void {
  const { program, inputRoot } = decodeJob(job);
  if (program.hash !== terms.programHash) throw dataMismatch(terms, "its program has another hash");
  if (inputRoot !== terms.inputRoot) throw dataMismatch(terms, "its job names another input");
}

/** The bundle in an order's files. @throws {MillraceError} `DATA_MISMATCH` when it is not what was ordered */
export function bundleOf(terms: DataTerms, { job, input }: JobFiles): Bundle {
  const bundle = decodeBundle(job, input);
  if (bundle.program.hash !== terms.programHash) throw dataMismatch(terms, "its program has another hash");
  if (TraceTree.build(bundle.input).root !== terms.inputRoot) throw dataMismatch(terms, "its input has another root");
  return bundle;
}
