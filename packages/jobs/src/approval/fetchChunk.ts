import { MillraceError } from "@millrace/sdk";
import { keccak256 } from "ethers";

import { fetchBytes, type FetchOptions } from "../fetchBytes.js";
import type { ChunkSubmission } from "./ChunkHistory.js";
import { unsealChunk } from "./chunkSeal.js";

/** Where an agent serves a submission. */
export function chunkUrl(endpoint: string, taskId: bigint, { attempt, chunk, submission }: ChunkPlace): string {
  return `${endpoint.replace(/\/+$/, "")}/chunks/${taskId}/${attempt}/${chunk}/${submission}`;
}

export type ChunkPlace = Pick<ChunkSubmission, "attempt" | "chunk" | "submission">;

/** Gets the preview that a chunk is judged by. @throws {MillraceError} `DATA_UNAVAILABLE` or `DATA_MISMATCH` */
export async function fetchPreview(
  base: string,
  { previewHash }: Pick<ChunkSubmission, "previewHash">,
  options: FetchOptions = {},
): Promise<Uint8Array> {
  return fetchCommitted(`${base}/preview.bin`, previewHash, options);
}

/** Gets the whole of a chunk whose key is released. @throws {MillraceError} `DATA_UNAVAILABLE` or `DATA_MISMATCH` */
export async function fetchChunk(
  base: string,
  { cipherRoot }: Pick<ChunkSubmission, "cipherRoot">,
  key: string,
  options: FetchOptions = {},
): Promise<Uint8Array> {
  return unsealChunk(await fetchCommitted(`${base}/sealed.bin`, cipherRoot, options), key);
}

async function fetchCommitted(url: string, hash: string, options: FetchOptions): Promise<Uint8Array> {
  const bytes = await fetchBytes(url, options);
  if (keccak256(bytes) === hash) return bytes;
  throw new MillraceError("DATA_MISMATCH", `${url} is not what was committed to on chain.`, {
    hint: "Reject the chunk, or let its provider serve what it committed to.",
  });
}
