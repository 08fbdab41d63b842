import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

const GB = 1e9;

/** What a check says of the folder of a database, which need not be there yet: it makes nothing. */
export function checkFolder(dataDir: string): string {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) return `Nothing can be written to ${folder}: it is no folder.`;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return `Nothing can be written to ${folder}: let the account of this process own it.`;
  }
  const { bavail, bsize } = statfsSync(folder);
  return `The disk of ${folder} has ${((bavail * bsize) / GB).toFixed(1)} GB free.`;
}
