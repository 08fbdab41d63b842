import type { Contracts } from "@millrace/sdk";
import { Region } from "@millrace/tensor";
import type { BaseContract } from "ethers";

import { fetchBytes, type FetchOptions } from "../fetchBytes.js";
import { submissionOf } from "../submissionOf.js";
import type { ChunkDesk } from "./ChunkDesk.js";

/** Where what was claimed is looked for. */
export interface Whereabouts {
  readonly nodes: Contracts["nodes"];
  readonly market: BaseContract;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly fromBlock: number;
}

/** What the agent of a claim's node serves as its result, or why it does not. */
export type Published =
  | { readonly bytes: Uint8Array; readonly url: string }
  | { readonly problem: "mismatch" | "nowhere" | "unavailable"; readonly url: string; readonly error?: unknown };

/** Gets a claim's result off chain, and holds it against what was claimed. */
export async function publishedOutput(
  desk: ChunkDesk,
  { nodes, market, taskId, attempt, fromBlock }: Whereabouts,
  options: FetchOptions = {},
): Promise<Published> {
  const submission = await submissionOf(nodes, market, { taskId, attempt }, fromBlock);
  if (submission === undefined || submission.endpoint === "") return { problem: "nowhere", url: "" };
  const url = `${submission.endpoint.replace(/\/+$/, "")}/${desk.place}/output.bin`;
  try {
    const bytes = await fetchBytes(url, { ...options, maxBytes: desk.maxBytes(Region.Output) });
    return desk.isWhole(Region.Output, bytes) ? { bytes, url } : { problem: "mismatch", url };
  } catch (error) {
    return { problem: "unavailable", url, error };
  }
}
