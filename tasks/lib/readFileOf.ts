import { readFile } from "node:fs/promises";

import { MillraceError } from "@millrace/sdk";

/** The bytes of a file that an option names. */
export async function readFileOf(path: string, option: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new MillraceError("BAD_INPUT", `${option} names ${path}, which cannot be read.`, {
      hint: "Check the path.",
      cause,
    });
  });
}
