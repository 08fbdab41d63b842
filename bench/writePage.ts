import { writeFileSync } from "node:fs";

import { format, resolveConfig } from "prettier";

/** A generated page of the documentation, in the format of all others. */
export async function formatPage(file: URL, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), parser: "markdown" });
}

export async function writePage(file: URL, text: string): Promise<void> {
  writeFileSync(file, await formatPage(file, text));
}
