import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import type { ChunkDescription } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";

import { runCommand } from "../commands/runCommand.js";
import type { Maker } from "../config.js";

/** What a maker is told. */
export interface ChunkJob {
  /** What the buyer wants, as it says itself. */
  readonly description: ChunkDescription;
  /** Which of how many, from 0. */
  readonly chunk: number;
  readonly chunks: number;
  /** First, second or third: with a later one the buyer rejected what came before. */
  readonly submission: number;
  /** An empty folder, for `preview` and `whole`. */
  readonly folder: string;
}

export interface Made {
  readonly preview: Uint8Array;
  readonly whole: Uint8Array;
}

/** Whatever a maker prints is for whoever looks at it by hand. */
const MAX_OUTPUT_CHARS = 1 << 20;
const MAX_FILE_BYTES = 1 << 30;

/** Runs a maker to its end: the job goes to its standard input, the chunk comes as two files in the job's folder. */
export async function runMaker(maker: Maker, job: ChunkJob, signal: AbortSignal): Promise<Made> {
  await runCommand(maker, { what: "maker", job, maxChars: MAX_OUTPUT_CHARS, signal });
  const [preview, whole] = await Promise.all([readMade(maker, job, "preview"), readMade(maker, job, "whole")]);
  return { preview, whole };
}

async function readMade({ name }: Maker, { folder }: ChunkJob, file: string): Promise<Uint8Array> {
  const path = join(folder, file);
  const size = await stat(path).then(
    (facts) => facts.size,
    () => 0,
  );
  if (size > 0 && size <= MAX_FILE_BYTES) return readFile(path);
  throw new MillraceError("DATA_MISMATCH", `The maker ${name} left a file ${file} of ${size} bytes.`, {
    hint: "It must write preview and whole into the folder that it is told, neither of them empty.",
  });
}
