import { MillraceError } from "@millrace/sdk";
import { type Bundle, decodeBundle, INPUT_FILE, JOB_FILE, keccak256Hex, TraceTree } from "@millrace/tensor";

import type { ITaskBook } from "../../../typechain-types/index.js";
import { fetchBytes, type FetchOptions } from "./fetchBytes.js";

type Terms = Pick<ITaskBook.TaskTermsStruct, "bundleHash" | "dataUri" | "inputRoot" | "programHash">;

const MAX_JOB_BYTES = 2 ** 26;

/**
 * Gets the bundle of an order from its buyer's host and checks it against the order's hashes.
 * @throws {MillraceError} `DATA_UNAVAILABLE`, or `DATA_MISMATCH` when it is not what was ordered
 */
export async function fetchBundle(terms: Terms, options: FetchOptions = {}): Promise<Bundle> {
  const base = terms.dataUri.replace(/\/+$/, "");
  const job = await fetchBytes(`${base}/${JOB_FILE}`, { ...options, maxBytes: MAX_JOB_BYTES });
  if (keccak256Hex(job) !== terms.bundleHash) throw mismatch(base, "its program is not the one of the order");
  const bundle = decodeBundle(job, await fetchBytes(`${base}/${INPUT_FILE}`, options));
  if (bundle.program.hash !== terms.programHash) throw mismatch(base, "its program has another hash");
  if (TraceTree.build(bundle.input).root !== terms.inputRoot) throw mismatch(base, "its input has another root");
  return bundle;
}

function mismatch(base: string, why: string): MillraceError {
  return new MillraceError("DATA_MISMATCH", `The bundle at ${base} cannot be used: ${why}.`, {
    hint: "Do not accept this order; its buyer must serve what it ordered.",
  });
}
