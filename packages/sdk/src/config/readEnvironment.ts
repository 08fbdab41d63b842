import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "dotenv";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The process's environment over a `.env` file of the working directory. The only place that touches `process.env`:
 * everything else takes what it needs from a validated config. A variable that is empty is not set.
 */
export function readEnvironment(directory: string = process.cwd()): Environment {
  const file = join(directory, ".env");
  const fromFile = existsSync(file) ? parse(readFileSync(file)) : {};
  // eslint-disable-next-line no-restricted-properties -- this is the config module that the rule asks for
  const all = { ...fromFile, ...process.env };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}
