import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { loadElf, Status, WasmMachine } from "@millrace/rv32";

import type { Report } from "../../scripts/report/Report.js";
import { number, table } from "../markdown.js";

const CONFORMANCE = fileURLToPath(new URL("../../scripts/conformance", import.meta.url));
const LIBRARY = fileURLToPath(new URL("../../examples/guest/lib", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./product.c", import.meta.url));
const MACHINE = fileURLToPath(new URL("./product.elf", import.meta.url));
const DEPTH = 18;
const ROUNDS = 3;

/**
 * Steps a second of the interpreter, beside `qemu-riscv32` on the same program and the same C compiled for this computer,
 * as far as these are there. Time is that of the processor, the best of three rounds.
 */
export function measureSpeed(report: Report, isInstalled: (command: string) => boolean): string[] {
  const { seconds, steps } = best(interpreted);
  const perSecond = Number(steps) / seconds;
  report.add({
    id: "rv32.steps-per-second",
    value: Math.round(perSecond),
    unit: "1/s",
    what: "steps of the interpreter, a product of int8 matrices compiled by GCC at -O2",
    source: "processor time of one thread, best of three",
  });
  const rows = [["interpreter", number(Math.round(perSecond / 1e6)), "1"]];
  const folder = mkdtempSync(join(tmpdir(), "machine-speed-"));
  try {
    for (const { id, name, command } of rivals(folder, isInstalled)) {
      const other = best(() => ({ seconds: childSeconds(command), steps }));
      report.add({
        id,
        value: seconds / other.seconds,
        unit: "ratio",
        what: `time of the interpreter over that of ${name}, the same program`,
        source: "processor time, best of three",
      });
      rows.push([
        name,
        number(Math.round(Number(steps) / other.seconds / 1e6)),
        (other.seconds / seconds).toPrecision(2),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const text = `${number(Number(steps))} steps of a product of int8 matrices (\`bench/disputes/product.c\`).`;
  return [text, "", ...table(["run by", "million steps a second", "time, as a ratio"], rows)];
}

interface Rival {
  readonly id: string;
  readonly name: string;
  readonly command: readonly string[];
}

function rivals(folder: string, isInstalled: (command: string) => boolean): Rival[] {
  const found: Rival[] = [];
  if (isInstalled("qemu-riscv32") && isInstalled("riscv64-unknown-elf-gcc")) {
    const emulated = join(folder, "emulated.elf");
    compileForMachine(emulated, ["-DDUMP"]);
    found.push({ id: "rv32.vs-qemu", name: "qemu-riscv32", command: ["qemu-riscv32", emulated] });
  }
  if (isInstalled("gcc")) {
    const native = join(folder, "native");
    execFileSync("gcc", ["-O2", PROGRAM, "-o", native]);
    found.push({ id: "rv32.vs-native", name: "this computer, `gcc -O2`", command: [native] });
  }
  return found;
}

/** As `bench/disputes/product.elf` was made; the emulator's build differs in how it ends. */
function compileForMachine(output: string, options: readonly string[]): void {
  const target = ["-march=rv32im", "-mabi=ilp32", "-O2", "-static", "-nostdlib", "-ffreestanding", "-s"];
  const link = ["-T", join(CONFORMANCE, "link.ld"), "-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments"];
  const sources = [join(CONFORMANCE, "start.S"), PROGRAM, join(LIBRARY, "millrace.c")];
  const sections = ["-ffunction-sections", `-I${LIBRARY}`];
  execFileSync("riscv64-unknown-elf-gcc", [...target, ...sections, ...options, ...link, ...sources, "-o", output]);
}

function interpreted(): { seconds: number; steps: bigint } {
  const machine = WasmMachine.from(loadElf(readFileSync(MACHINE), DEPTH));
  const before = process.cpuUsage();
  machine.run(2n ** 40n);
  const { user, system } = process.cpuUsage(before);
  if (machine.status !== Status.Exited) throw new Error("the product did not end");
  return { seconds: (user + system) / 1e6, steps: machine.steps };
}

/** Processor time of a child, from what the system says of all that have ended. */
function childSeconds(command: readonly string[]): number {
  // The shell's own report: Node has none of its children's.
  const script = `TIMEFORMAT='%U %S'; time "$@" > /dev/null`;
  // Its exit code is a checksum.
  const text = execFileSync("bash", ["-c", `{ ${script}; } 2>&1; true`, "bash", ...command], { encoding: "utf8" });
  return text
    .trim()
    .split(/\s+/)
    .slice(-2)
    .map(Number)
    .reduce((a, b) => a + b, 0);
}

function best(run: () => { seconds: number; steps: bigint }): { seconds: number; steps: bigint } {
  return Array.from({ length: ROUNDS }, run).reduce((a, b) => (b.seconds < a.seconds ? b : a));
}
