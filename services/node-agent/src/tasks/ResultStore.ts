import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Bundle, buildTraces, type Traces } from "@millrace/tensor";

import { writeFolder } from "../files/writeFolder.js";

export const FILES = ["output", "body"] as const;
export type ResultFile = (typeof FILES)[number];

/** Kinds of work that leave results. */
export type ResultKind = "run" | "task";

const FOLDERS: Readonly<Record<ResultKind, string>> = { task: "results", run: "runs" };

/** Names an attempt whose result is kept. */
export interface ResultName {
  readonly kind: ResultKind;
  readonly taskId: bigint;
  readonly attempt: number;
}

/**
 * Results on disk, a folder for each attempt. Each is there whole before it is claimed, because the openings of a claim
 * need the very words that were committed to. Of a run the output is enough: its states can be computed again.
 */
export class ResultStore {
  constructor(private readonly dataDir: string) {}

  async saveTraces(taskId: bigint, attempt: number, { body, output }: Traces): Promise<void> {
    const files = { body: body?.words ?? new Uint8Array(), output: output.words };
    await writeFolder(this.#folder({ kind: "task", taskId, attempt }), files);
  }

  async saveOutput(name: ResultName, output: Uint8Array): Promise<void> {
    await writeFolder(this.#folder(name), { output });
  }

  async has(name: ResultName): Promise<boolean> {
    return await access(this.path(name, "output")).then(
      () => true,
      () => false,
    );
  }

  /** Path of a file of an attempt. */
  path(name: ResultName, file: ResultFile): string {
    return join(this.#folder(name), `${file}.bin`);
  }

  /** Trees of a saved result, or undefined if none is there. */
  async loadTraces(taskId: bigint, attempt: number, { program, input }: Bundle): Promise<Traces | undefined> {
    const name = { kind: "task", taskId, attempt } as const;
    try {
      const [body, output] = await Promise.all([
        readFile(this.path(name, "body")),
        readFile(this.path(name, "output")),
      ]);
      return buildTraces(program, input, { body, output });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #folder({ kind, taskId, attempt }: ResultName): string {
    return join(this.dataDir, FOLDERS[kind], `${taskId.toString()}-${attempt}`);
  }
}
