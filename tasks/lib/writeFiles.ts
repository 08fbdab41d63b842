import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { makeFolder, MillraceError } from "@millrace/sdk";

import { assertPath } from "./assertPath.js";

/** Writes files into a folder that an option names, which is made if it is not there. @throws MillraceError BAD_INPUT */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  option: string,
): Promise<void> {
  assertPath(folder, option);
  for (const [name, content] of Object.entries(files)) await writeFileOf(join(folder, name), content, option);
}

/** Writes a file that an option names, and makes its folder. @throws MillraceError BAD_INPUT */
export async function writeFileOf(path: string, content: Uint8Array | string, option: string): Promise<void> {
  assertPath(path, option);
  try {
    makeFolder(dirname(path));
    await writeFile(path, content);
  } catch (cause) {
    throw notWritten(path, option, cause);
  }
}

/** Makes a folder that an option names: before work whose files shall lie there. @throws MillraceError BAD_INPUT */
export function makeFolderOf(path: string, option: string): void {
  assertPath(path, option);
  try {
    makeFolder(path);
  } catch (cause) {
    throw notWritten(path, option, cause);
  }
}

function notWritten(path: string, option: string, cause: unknown): MillraceError {
  const { code = "unknown" } = cause as NodeJS.ErrnoException;
  return new MillraceError("BAD_INPUT", `${option} names ${path}, which cannot be written (${code}).`, {
    hint: "Name a place that this account may write, on a disk with room.",
    cause,
  });
}
