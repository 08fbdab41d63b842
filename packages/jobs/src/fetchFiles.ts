import { MillraceError } from "@millrace/sdk";
import { INPUT_FILE, JOB_FILE, keccak256Hex } from "@millrace/tensor";

import type { ITaskBook } from "../../../typechain-types/index.js";
import { fetchBytes, type FetchOptions } from "./fetchBytes.js";

/** What an order says of its data. */
export type DataTerms = Pick<ITaskBook.TaskTermsStruct, "bundleHash" | "dataUri" | "inputRoot" | "programHash">;

/** The two files of a job, as its buyer hosts them. */
export interface JobFiles {
  readonly job: Uint8Array;
  readonly input: Uint8Array;
}

const MAX_JOB_BYTES = 2 ** 26;

/**
 * Gets the files of an order from its buyer's host. The job file is the one that was ordered; the input is checked by who
 * reads the program.
 * @throws {MillraceError} `DATA_UNAVAILABLE` or `DATA_MISMATCH`
 */
export async function fetchFiles(terms: DataTerms, options: FetchOptions = {}): Promise<JobFiles> {
  const job = await fetchJobFile(terms, options);
  return { job, input: await fetchBytes(`${baseOf(terms)}/${INPUT_FILE}`, options) };
}

/** Gets the job file alone. */
export async function fetchJobFile(terms: DataTerms, options: FetchOptions = {}): Promise<Uint8Array> {
  const job = await fetchBytes(`${baseOf(terms)}/${JOB_FILE}`, { ...options, maxBytes: MAX_JOB_BYTES });
  if (keccak256Hex(job) !== terms.bundleHash) throw dataMismatch(terms, "its program is not the one of the order");
  return job;
}

export function dataMismatch(terms: DataTerms, why: string): MillraceError {
  return new MillraceError("DATA_MISMATCH", `The bundle at ${baseOf(terms)} cannot be used: ${why}.`, {
    hint: "Do not accept this order; its buyer must serve what it ordered.",
  });
}

function baseOf({ dataUri }: DataTerms): string {
  return dataUri.replace(/\/+$/, "");
}
