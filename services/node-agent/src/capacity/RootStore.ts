import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Roots of the products of one node in one epoch, on disk: what a node needs to open what it committed to. By the seed
 * that they were computed from: where a chain replaces the block that gave it, those of the old one are worth nothing.
 */
export class RootStore {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, "capacity");
    mkdirSync(this.#folder, { recursive: true });
  }

  read(epoch: number, nodeId: bigint, seed: string): Uint8Array | undefined {
    const file = this.#file(epoch, nodeId, seed);
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
  }

  /** Written beside and renamed: a file is whole or not there. Older epochs are of no use any more. */
  write(epoch: number, nodeId: bigint, seed: string, roots: Uint8Array): void {
    const file = this.#file(epoch, nodeId, seed);
    writeFileSync(`${file}.part`, roots);
    renameSync(`${file}.part`, file);
    for (const name of readdirSync(this.#folder)) {
      if (Number.parseInt(name, 10) < epoch) rmSync(join(this.#folder, name));
    }
  }

  #file(epoch: number, nodeId: bigint, seed: string): string {
    return join(this.#folder, `${epoch}-${String(nodeId)}-${seed}.roots`);
  }
}
