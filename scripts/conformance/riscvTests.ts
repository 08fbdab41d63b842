import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { execa } from "execa";

import { runHere } from "./runHere.js";
import { assemble } from "./Toolchain.js";

/** FENCE.I is no instruction of RV32IM; misaligned accesses are the platform's to allow, and this one traps. */
const MUST_TRAP = new Set(["fence_i", "ma_data"]);

/** The community's tests of RV32I and M, from a folder with its repository; each exits with 0 if it holds. */
export async function riscvTests(repository: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "riscv-tests-"));
  const failures: string[] = [];
  const sources = globSync("isa/rv32u{i,m}/*.S", { cwd: repository }).sort();
  try {
    for (const source of sources) {
      const name = basename(source, ".S");
      const program = join(folder, `${name}.elf`);
      await assemble(join(repository, source), join(repository, "isa/macros/scalar"), program);
      const here = runHere(program).exit;
      if (MUST_TRAP.has(name)) {
        if (here !== "trapped") failures.push(`${name}: exit ${here}, must trap`);
        continue;
      }
      const { exitCode } = await execa("qemu-riscv32", [program], { reject: false });
      if (here !== 0 || exitCode !== 0) failures.push(`${name}: exit ${here}, qemu ${exitCode}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`riscv-tests: ${sources.length} of RV32I and M, ${failures.length} fail`);
  return failures;
}
