import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { type DataTerms, fetchFiles, fetchJobFile, type JobFiles } from "@millrace/jobs";

import { writeFolder } from "../files/writeFolder.js";

/** What a file of a job holds, to whoever can read it. */
type Reader<Files, Data> = (files: Files) => Data;

/**
 * The data of jobs on disk, a folder for each job. A provider answers for a claim with the very input of the order, and
 * its buyer need not host it for longer than until acceptance.
 */
export class JobFileStore {
  readonly #root: string;

  constructor(
    dataDir: string,
    private readonly signal: AbortSignal,
  ) {
    this.#root = join(dataDir, "jobs");
  }

  /** What a job's files hold: as they were kept, or fetched, and kept if `read` takes them. */
  async get<Data>(name: string, terms: DataTerms, maxInputBytes: number, read: Reader<JobFiles, Data>): Promise<Data> {
    const [job, input] = await Promise.all([this.#load(name, "job"), this.#load(name, "input")]);
    if (job !== undefined && input !== undefined) return read({ job, input });
    const files = await fetchFiles(terms, { signal: this.signal, maxBytes: maxInputBytes });
    const data = read(files);
    await writeFolder(join(this.#root, name), { job: files.job, input: files.input });
    return data;
  }

  /** The same of a job without an input. */
  async getJob<Data>(name: string, terms: DataTerms, read: Reader<Uint8Array, Data>): Promise<Data> {
    const kept = await this.#load(name, "job");
    if (kept !== undefined) return read(kept);
    const job = await fetchJobFile(terms, { signal: this.signal });
    const data = read(job);
    await writeFolder(join(this.#root, name), { job });
    return data;
  }

  async forget(name: string): Promise<void> {
    await rm(join(this.#root, name), { recursive: true, force: true });
  }

  async #load(name: string, file: "input" | "job"): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#root, name, `${file}.bin`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}
