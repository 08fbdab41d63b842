import { readFile } from "node:fs/promises";

import { MillraceError } from "@millrace/sdk";

import { assertPath } from "./assertPath.js";

/** The bytes of a file that an option names. @throws MillraceError BAD_INPUT */
export async function readFileOf(path: string, option: string): Promise<Uint8Array> {
  assertPath(path, option);
  return readFile(path).catch((cause: unknown) => {
    throw new MillraceError("BAD_INPUT", `${option} names ${path}, which cannot be read.`, {
      hint: "Check the path.",
      cause,
    });
  });
}

/** Its text. @throws MillraceError BAD_INPUT */
export async function readTextOf(path: string, option: string): Promise<string> {
  return new TextDecoder().decode(await readFileOf(path, option));
}
