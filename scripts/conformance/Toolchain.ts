import { join } from "node:path";

import { execa } from "execa";

const HERE = import.meta.dirname;

/** Debian packages, and a command of each. */
const TOOLS: Readonly<Record<string, string>> = {
  "gcc-riscv64-unknown-elf": "riscv64-unknown-elf-gcc",
  clang: "clang",
  "qemu-user": "qemu-riscv32",
  csmith: "csmith",
};

/** Packages whose command is not there. */
export async function missingTools(): Promise<string[]> {
  const there = await Promise.all(
    Object.values(TOOLS).map((command) => execa(command, ["--version"], { reject: false, stdio: "ignore" })),
  );
  return Object.keys(TOOLS).filter((_, i) => there[i]?.failed !== false);
}

export const COMPILERS = ["gcc", "clang"] as const;
export type Compiler = (typeof COMPILERS)[number];
export const LEVELS = ["-O0", "-O1", "-O2", "-O3", "-Os"] as const;
export type Level = (typeof LEVELS)[number];

const TARGET = ["-march=rv32im", "-mabi=ilp32"];
const COMMON = ["-ffreestanding", "-fno-builtin", "-ffunction-sections", "-w", `-I${HERE}`, "-I/usr/include/csmith"];

/** Compiles a C file to an object. */
export async function compile(source: string, object: string, compiler: Compiler, level: Level): Promise<void> {
  const [command, ...target] =
    compiler === "gcc" ? ["riscv64-unknown-elf-gcc"] : ["clang", "--target=riscv32-unknown-elf", "-mno-relax"];
  await execa(command, [...target, ...TARGET, ...COMMON, level, "-c", source, "-o", object]);
}

/** Links one program for the machine and one for the emulator, whose addresses are the same. */
export async function link(object: string, machine: string, emulator: string): Promise<void> {
  const library = join(HERE, "../../examples/guest/lib");
  const inputs = [join(HERE, "start.S"), object, join(library, "millrace.c"), "-lgcc"];
  const options = [...TARGET, ...COMMON, `-I${library}`, "-O2", "-nostdlib", "-static", "-T", join(HERE, "link.ld")];
  const linker = ["-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments"];
  await execa("riscv64-unknown-elf-gcc", [...options, ...linker, ...inputs, "-o", machine]);
  await execa("riscv64-unknown-elf-gcc", [...options, "-DDUMP", ...linker, ...inputs, "-o", emulator]);
}

/** Assembles one of the community's tests. */
export async function assemble(source: string, macros: string, program: string): Promise<void> {
  const options = ["-nostdlib", "-nostartfiles", "-static", "-T", join(HERE, "link.ld"), "-Wl,--build-id=none"];
  const includes = [`-I${HERE}`, `-I${macros}`];
  const warnings = ["-Wl,--no-warn-rwx-segments"];
  const target = ["-march=rv32im_zifencei", "-mabi=ilp32"];
  await execa("riscv64-unknown-elf-gcc", [...target, ...includes, ...options, ...warnings, source, "-o", program]);
}

/** Addresses of the memory that is compared. */
export async function memoryOf(program: string): Promise<{ start: number; end: number }> {
  const { stdout } = await execa("riscv64-unknown-elf-nm", [program]);
  const find = (name: string): number => {
    const line = stdout.split("\n").find((text) => text.endsWith(` ${name}`));
    if (line === undefined) throw new Error(`${program} has no symbol ${name}`);
    return Number.parseInt(line, 16);
  };
  return { start: find("__memory_start"), end: find("__memory_end") };
}
