import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { type DataTerms, fetchFiles, type JobFiles } from "@millrace/jobs";

import { writeFolder } from "./writeFolder.js";

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
  async get<Data>(name: string, terms: DataTerms, read: (files: JobFiles) => Data): Promise<Data> {
    const kept = await this.#load(name);
    if (kept !== undefined) return read(kept);
    const files = await fetchFiles(terms, { signal: this.signal });
    const data = read(files);
    await writeFolder(join(this.#root, name), { job: files.job, input: files.input });
    return data;
  }

  async forget(name: string): Promise<void> {
    await rm(join(this.#root, name), { recursive: true, force: true });
  }

  async #load(name: string): Promise<JobFiles | undefined> {
    const folder = join(this.#root, name);
    try {
      const [job, input] = await Promise.all([readFile(join(folder, "job.bin")), readFile(join(folder, "input.bin"))]);
      return { job, input };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}
