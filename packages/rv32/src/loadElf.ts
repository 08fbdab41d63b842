import { Machine } from "./Machine.js";
import { Rv32Error } from "./Rv32Error.js";

const MAGIC = 0x7f454c46;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const EXECUTABLE = 2;
const RISC_V = 243;
const COMPRESSED_OR_FLOAT = 0x7;
const LOADABLE = 1;
const HEADER_BYTES = 52;
const SEGMENT_BYTES = 32;

/**
 * Makes a machine of a static ELF program for RV32IM.
 * @param elf - the file
 * @param depth - depth of the memory's tree: the memory has 2^(depth + 5) bytes
 * @throws Rv32Error BAD_ELF when the file is no such program or does not fit
 */
export function loadElf(elf: Uint8Array, depth: number): Machine {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  if (elf.length < HEADER_BYTES || view.getUint32(0) !== MAGIC) throw bad("the file is no ELF file");
  if (elf[4] !== CLASS_32 || elf[5] !== LITTLE_ENDIAN || view.getUint16(18, true) !== RISC_V)
    throw bad("the program is not for a RISC-V machine of 32 bits");
  if (view.getUint16(16, true) !== EXECUTABLE) throw bad("the file is not a static program");
  if ((view.getUint32(36, true) & COMPRESSED_OR_FLOAT) !== 0)
    throw bad("the program uses compressed or floating-point instructions");

  const memory = new Uint8Array(2 ** (depth + 5));
  const start = view.getUint32(28, true);
  const count = view.getUint16(44, true);
  for (let i = 0; i < count; i++) {
    const at = start + i * SEGMENT_BYTES;
    if (at + SEGMENT_BYTES > elf.length) throw bad("the file is cut off");
    if (view.getUint32(at, true) !== LOADABLE) continue;
    const offset = view.getUint32(at + 4, true);
    const address = view.getUint32(at + 8, true);
    const fileSize = view.getUint32(at + 16, true);
    const memorySize = view.getUint32(at + 20, true);
    if (fileSize > memorySize || offset + fileSize > elf.length) throw bad("the file is cut off");
    if (address + memorySize > memory.length)
      throw bad(`the program reaches to address ${address + memorySize} of ${memory.length}`);
    memory.set(elf.subarray(offset, offset + fileSize), address);
  }
  return new Machine(memory, view.getUint32(24, true));
}

function bad(message: string): Rv32Error {
  const hint = "compile it with -march=rv32im -mabi=ilp32 -static, for addresses within the memory";
  return new Rv32Error("BAD_ELF", message, hint);
}
