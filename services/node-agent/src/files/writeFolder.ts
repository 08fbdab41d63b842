import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Writes files `<name>.bin` into a folder that is there whole or not at all: written aside, flushed, renamed. */
export async function writeFolder(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFlushed(join(draft, `${name}.bin`), bytes);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
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
