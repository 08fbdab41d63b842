import { open, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { type Bundle, buildTraces, type Traces } from "@millrace/tensor";

export const FILES = ["output", "body"] as const;
export type ResultFile = (typeof FILES)[number];

/**
 * Results on disk, a folder for each attempt. A folder is there whole or not at all: it is written aside, flushed and
 * renamed before the result is claimed, because the openings of a claim need the very words that were committed to.
 */
export class ResultStore {
  readonly #root: string;

  constructor(dataDir: string) {
    this.#root = join(dataDir, "results");
  }

  async save(taskId: bigint, attempt: number, { body, output }: Traces): Promise<void> {
    const folder = this.#folder(taskId, attempt);
    const draft = `${folder}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await writeFlushed(join(draft, "body.bin"), body?.words ?? new Uint8Array());
    await writeFlushed(join(draft, "output.bin"), output.words);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  }

  /** Path of a file of an attempt. */
  path(taskId: bigint, attempt: number, file: ResultFile): string {
    return join(this.#folder(taskId, attempt), `${file}.bin`);
  }

  /** Trees of a saved result, or undefined if none is there. */
  async load(taskId: bigint, attempt: number, { program, input }: Bundle): Promise<Traces | undefined> {
    try {
      const [body, output] = await Promise.all([
        readFile(this.path(taskId, attempt, "body")),
        readFile(this.path(taskId, attempt, "output")),
      ]);
      return buildTraces(program, input, { body, output });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #folder(taskId: bigint, attempt: number): string {
    return join(this.#root, `${taskId.toString()}-${attempt}`);
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
