import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { missingTools } from "./Toolchain.js";
import { randomPrograms } from "./randomPrograms.js";
import { riscvTests } from "./riscvTests.js";

/**
 * Runs programs that nobody here wrote on the machine and under qemu-riscv32, and compares exit code and memory. Installs
 * nothing: says what is missing.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "40" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: String(Math.max(1, Math.floor(cpus().length / 2))) },
      "riscv-tests": { type: "string" },
      keep: { type: "string" },
    },
  });
  const missing = await missingTools();
  if (missing.length > 0) {
    console.error(`Missing: ${missing.join(", ")}. On Debian: apt-get install ${missing.join(" ")}`);
    process.exitCode = 1;
    return;
  }
  const tests = values["riscv-tests"];
  const failures = [
    ...(tests === undefined ? [] : await riscvTests(tests)),
    ...(await randomPrograms({
      count: Number(values.count),
      seed: Number(values.seed),
      jobs: Number(values.jobs),
      keep: values.keep,
    })),
  ];
  if (tests === undefined) {
    console.log("The RISC-V community's tests: clone riscv-software-src/riscv-tests, and name it with --riscv-tests");
  }
  for (const failure of failures) console.error(failure);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

await main();
