import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { MillraceError } from "@millrace/sdk";
import { execa } from "execa";

import { runScript } from "../lib/runScript.js";
import { script } from "../lib/script.js";
import { wholeNumber } from "../lib/wholeNumber.js";
import { type Mutant, MUTANTS } from "./mutants.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Of the tests that draw their calls: six times as many as in `npm test`, though few are played that far. */
const [SEED, CALLS] = ["10", "8400"];
/** What a build leaves behind; with it, a mutant compiles only what it changes. */
const BUILT = ["artifacts", "cache", "typechain-types"];

const SCRIPT = script(
  "npm run mutants",
  "Runs the test of each mutant on a copy of the sources with the fault in it; fails if one of them passes.",
)
  .option("--sample <n>", "so many of them, other ones each day", wholeNumber())
  .option("--promise <id>", "those of one promise, as I7");

async function main({ sample, promise }: ReturnType<typeof SCRIPT.opts>): Promise<number> {
  const asked = MUTANTS.filter((mutant) => promise === undefined || mutant.promise === promise);
  if (asked.length === 0) {
    throw new MillraceError("BAD_INPUT", `No mutant is of the promise ${promise}.`, {
      hint: `Choose one of ${[...new Set(MUTANTS.map((mutant) => mutant.promise))].join(", ")}.`,
    });
  }
  const mutants = sample === undefined ? asked : sampleOf(asked, sample);
  const copy = await copyOfSources();
  let survivors = 0;
  try {
    for (const mutant of mutants) {
      const startedAt = Date.now();
      const verdict = await judge(copy, mutant);
      if (verdict !== "caught") survivors += 1;
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0);
      console.log(`${verdict.padEnd(9)} ${mutant.promise.padEnd(4)} ${mutant.file}: ${mutant.find} (${seconds} s)`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  console.log(
    `${mutants.length - survivors} of ${mutants.length} mutants were caught by the test that guards their promise`,
  );
  return survivors === 0 ? 0 : 1;
}

/** The tracked files as they are now, and what the last build left. */
async function copyOfSources(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "millrace-mutants-"));
  const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const file of stdout.split("\n")) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  for (const folder of BUILT) cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
  // The compiler's cache knows its files by their full paths.
  const cache = join(copy, "cache/compile-cache.json");
  writeFileSync(cache, readFileSync(cache, "utf8").replaceAll(ROOT, `${copy}/`));
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function judge(copy: string, mutant: Mutant): Promise<"caught" | "survived" | "unnamed"> {
  const file = join(copy, mutant.file);
  const source = readFileSync(file, "utf8");
  const parts = source.split(mutant.find);
  if (parts.length !== 2) throw new Error(`${mutant.file} has ${parts.length - 1} times: ${mutant.find}`);
  writeFileSync(file, parts.join(mutant.replace));
  try {
    await hardhat(copy, ["build", "--no-tests", "--no-typechain"]);
    const grep = mutant.grep === undefined ? [] : ["--grep", mutant.grep];
    // Always the same sequences: a sample must not depend on the day's luck.
    const tested = await hardhat(
      copy,
      ["--seed", SEED, "--calls", CALLS, "test", "mocha", "--no-compile", ...grep, mutant.test],
      false,
    );
    if (tested.exitCode === 0) return "survived";
    // Broken in some other way is not caught: the promise's id must be in what failed.
    const failures = tested.stdout.slice(tested.stdout.indexOf(" failing"));
    if (new RegExp(`\\b${mutant.promise}\\b`).test(failures)) return "caught";
    console.log(tested.all);
    return "unnamed";
  } finally {
    writeFileSync(file, source);
  }
}

async function hardhat(cwd: string, args: readonly string[], mustSucceed = true) {
  const executable = join(ROOT, "node_modules/.bin/hardhat");
  const result = await execa(executable, args, { cwd, all: true, reject: false, preferLocal: true });
  if (mustSucceed && result.exitCode !== 0) throw new Error(`hardhat ${args.join(" ")} failed:\n${result.all}`);
  return result;
}

/** A few, other ones each day. */
function sampleOf(mutants: readonly Mutant[], count: number): Mutant[] {
  const day = Math.floor(Date.now() / 86_400_000);
  const first = (day * count) % mutants.length;
  return [...mutants, ...mutants].slice(first, first + Math.min(count, mutants.length));
}

await runScript(SCRIPT, main);
