import { availableParallelism } from "node:os";

import { runScript } from "../lib/runScript.js";
import { script } from "../lib/script.js";
import { wholeNumber } from "../lib/wholeNumber.js";
import { missingTools } from "./Toolchain.js";
import { randomPrograms } from "./randomPrograms.js";
import { riscvTests } from "./riscvTests.js";

const SCRIPT = script(
  "npm run conformance",
  "Runs programs that nobody here wrote on the machine and under qemu-riscv32, and compares exit code and memory. Installs nothing: says what is missing.",
)
  .option("--count <n>", "random programs", wholeNumber(0), 40)
  .option("--seed <n>", "what they are drawn from", wholeNumber(0), 1)
  .option("--jobs <n>", "programs at once", wholeNumber(), Math.max(1, Math.floor(availableParallelism() / 2)))
  .option("--riscv-tests <folder>", "a clone of riscv-software-src/riscv-tests, to run these too")
  .option("--keep <folder>", "where the programs stay, with how each must end");

async function main(options: ReturnType<typeof SCRIPT.opts>): Promise<number> {
  const { count, seed, jobs, keep, riscvTests: tests } = options;
  const missing = await missingTools();
  if (missing.length > 0) {
    console.error(`Missing: ${missing.join(", ")}. On Debian: apt-get install ${missing.join(" ")}`);
    return 1;
  }
  const failures = [
    ...(tests === undefined ? [] : await riscvTests(tests)),
    ...(await randomPrograms({ count, seed, jobs, keep })),
  ];
  if (tests === undefined) {
    console.log("The RISC-V community's tests: clone riscv-software-src/riscv-tests, and name it with --riscv-tests");
  }
  for (const failure of failures) console.error(failure);
  return failures.length === 0 ? 0 : 1;
}

await runScript(SCRIPT, main);
