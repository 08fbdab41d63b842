import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { runHere } from "./runHere.js";
import { type Compiler, compile, COMPILERS, type Level, LEVELS, link, memoryOf } from "./Toolchain.js";

const EMULATOR_SECONDS = 5;

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly jobs: number;
  /** Folder for the programs, each with what the emulator says of it. */
  readonly keep: string | undefined;
}

interface Tally {
  runs: number;
  skipped: number;
  steps: bigint;
  readonly failures: string[];
}

/** Programs that Csmith makes at random, each compiled by both compilers at each level. */
export async function randomPrograms({ count, seed, jobs, keep }: Options): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const tally: Tally = { runs: 0, skipped: 0, steps: 0n, failures: [] };
  if (keep !== undefined) mkdirSync(keep, { recursive: true });
  try {
    const seeds = Array.from({ length: count }, (_, i) => seed + i);
    const worker = async (): Promise<void> => {
      for (let next = seeds.shift(); next !== undefined; next = seeds.shift()) {
        await tryProgram(next, folder, keep, tally);
      }
    };
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { runs, skipped, steps, failures } = tally;
  console.log(
    `Csmith: ${count} programs, ${runs} builds run to their end in ${steps} steps, ${skipped} endless ones left out, ` +
      `${failures.length} differ from qemu-riscv32 in exit code or memory`,
  );
  return failures;
}

async function tryProgram(seed: number, folder: string, keep: string | undefined, tally: Tally): Promise<void> {
  const source = join(folder, `${seed}.c`);
  await execa("csmith", ["--seed", String(seed), "--no-packed-struct", "--max-funcs", "6", "-o", source]);
  for (const compiler of COMPILERS) {
    for (const level of LEVELS) {
      if (await tryBuild(seed, source, compiler, level, keep, tally)) continue;
      // All builds of an endless program are endless.
      tally.skipped += 1;
      return;
    }
  }
}

/** @returns false if the emulator does not come to its end */
async function tryBuild(
  seed: number,
  source: string,
  compiler: Compiler,
  level: Level,
  keep: string | undefined,
  tally: Tally,
): Promise<boolean> {
  const name = `${seed}-${compiler}${level}`;
  const base = source.replace(/\.c$/, `-${compiler}${level}`);
  await compile(source, `${base}.o`, compiler, level);
  await link(`${base}.o`, `${base}.elf`, `${base}-dump.elf`);
  const { start, end } = await memoryOf(`${base}.elf`);
  const emulated = await execa("qemu-riscv32", [`${base}-dump.elf`], {
    reject: false,
    encoding: "buffer",
    timeout: EMULATOR_SECONDS * 1_000,
  });
  if (emulated.timedOut) return false;
  const here = runHere(`${base}.elf`);
  tally.runs += 1;
  tally.steps += here.steps;
  const isSame = Buffer.compare(here.memory.subarray(start, end), emulated.stdout) === 0;
  if (here.exit !== emulated.exitCode || !isSame) {
    tally.failures.push(
      `${name}: exit ${here.exit}, qemu ${emulated.exitCode}; memory ${isSame ? "equal" : "differs"}`,
    );
  }
  if (keep !== undefined) {
    await execa("riscv64-unknown-elf-strip", ["-o", join(keep, `${name}.elf`), `${base}.elf`]);
    const sha256 = createHash("sha256").update(emulated.stdout).digest("hex");
    const expected = { exit: emulated.exitCode, start, end, sha256 };
    writeFileSync(join(keep, `${name}.json`), `${JSON.stringify(expected, null, 2)}\n`);
  }
  return true;
}
