import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

import { type Broken, type Step } from "./Run.js";

const FOLDER = new URL("./corpus/", import.meta.url);

/** A sequence that once broke a promise. */
export interface Saved {
  readonly file: string;
  readonly message: string;
  readonly steps: readonly Step[];
}

/** All saved sequences. */
export function loadCorpus(): Saved[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.sort().map((file) => {
    const { message, steps } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Omit<Saved, "file">;
    return { file, message, steps };
  });
}

/** Keeps a sequence, to be played first from now on; returns its file. */
export function saveToCorpus(name: string, { message, steps }: Broken): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = new URL(`${name}.json`, FOLDER);
  const lines = steps.map(([step, seed]) => `    [${JSON.stringify(step)}, ${seed.toString()}]`);
  const first = message.split("\n")[0];
  writeFileSync(file, `{\n  "message": ${JSON.stringify(first)},\n  "steps": [\n${lines.join(",\n")}\n  ]\n}\n`);
  return file.pathname;
}
