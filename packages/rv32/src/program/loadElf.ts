import { Machine } from "../Machine.ts";
import { Rv32Error } from "../Rv32Error.ts";
import { type ElfProgram, readElf } from "./readElf.ts";

/**
 * Makes a machine of a static ELF program for RV32IM, its registers all zero.
 * @param elf - the file
 * @param depth - depth of the memory's tree: the memory has 2^(depth + 5) bytes
 * @throws Rv32Error BAD_ELF when the file is no such program or does not fit
 */
export function loadElf(elf: Uint8Array, depth: number): Machine {
  const program = readElf(elf);
  const memory = new Uint8Array(2 ** (depth + 5));
  memory.set(imageOf(program, memory.length));
  return new Machine(memory, program.entry);
}

/**
 * The memory from address 0 to the last byte that a program names.
 * @throws Rv32Error BAD_ELF when it does not fit
 */
export function imageOf({ segments }: ElfProgram, maxBytes: number): Uint8Array {
  const end = Math.max(...segments.map(({ address, size }) => address + size));
  if (end > maxBytes) {
    const message = `the program reaches to address ${end}, of ${maxBytes}`;
    throw new Rv32Error("BAD_ELF", message, "link it for lower addresses, or give it more memory");
  }
  const image = new Uint8Array(Math.max(...segments.map(({ address, bytes }) => address + bytes.length)));
  for (const { address, bytes } of segments) image.set(bytes, address);
  return image;
}
