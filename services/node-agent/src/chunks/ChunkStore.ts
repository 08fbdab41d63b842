import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { type ChunkParts, type ChunkPlace, sealChunk } from "@millrace/jobs";
import { hexlify } from "ethers";

import { writeFolder } from "../files/writeFolder.js";

/** What anyone may fetch of a submission: without its key the sealed whole tells nothing. */
export const SHOWN = ["preview", "sealed"] as const;
export type ShownFile = (typeof SHOWN)[number];

const WORKSHOP = "making-";

/** Names a submission on disk. */
export interface ChunkName extends ChunkPlace {
  readonly taskId: bigint;
}

/**
 * Submissions of chunks on disk, a folder for each. Each is there whole, its key included, before it is committed to:
 * what was committed to under a key that is lost is never paid.
 */
export class ChunkStore {
  readonly #root: string;

  constructor(dataDir: string) {
    this.#root = join(dataDir, "chunks");
  }

  /** Seals a chunk under a key of its own, and keeps it. */
  async save(name: ChunkName, preview: Uint8Array, whole: Uint8Array): Promise<ChunkParts> {
    const key = randomBytes(32);
    const sealed = sealChunk(whole, hexlify(key));
    await writeFolder(this.#folder(name), { preview, sealed, key });
    return { preview, sealed, key: hexlify(key) };
  }

  /** A submission as it was kept, or undefined if it was not. */
  async load(name: ChunkName): Promise<ChunkParts | undefined> {
    const read = (file: string): Promise<Uint8Array> => readFile(join(this.#folder(name), `${file}.bin`));
    try {
      const [preview, sealed, key] = await Promise.all([read("preview"), read("sealed"), read("key")]);
      return { preview, sealed, key: hexlify(key) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Path of a file that is shown. */
  path(name: ChunkName, file: ShownFile): string {
    return join(this.#folder(name), `${file}.bin`);
  }

  /**
   * An empty folder for a maker to work in. Those before it are gone: one may have outlived the agent that started it, and
   * must not write among the files of the next.
   */
  async workshop(name: ChunkName): Promise<string> {
    await this.clearWorkshop(name);
    await mkdir(this.#rootOf(name), { recursive: true });
    return mkdtemp(join(this.#rootOf(name), WORKSHOP));
  }

  /** Only one chunk of a task is made at a time, so whatever is there is over. */
  async clearWorkshop(name: ChunkName): Promise<void> {
    const folders = await readdir(this.#rootOf(name)).catch(() => []);
    for (const folder of folders)
      if (folder.startsWith(WORKSHOP)) await rm(join(this.#rootOf(name), folder), { recursive: true, force: true });
  }

  #folder(name: ChunkName): string {
    return join(this.#rootOf(name), `${name.chunk}-${name.submission}`);
  }

  #rootOf({ taskId, attempt }: ChunkName): string {
    return join(this.#root, `${taskId.toString()}-${attempt}`);
  }
}
