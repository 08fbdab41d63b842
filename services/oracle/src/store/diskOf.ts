import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Bytes that a database takes with its journal, and bytes that are free where it lies. */
export function diskOf(file: string): { readonly usedBytes: number; readonly freeBytes: number } {
  const { bavail, bsize } = statfsSync(dirname(file));
  const sizes = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return { usedBytes: sizes.reduce((sum, size) => sum + size), freeBytes: bavail * bsize };
}
