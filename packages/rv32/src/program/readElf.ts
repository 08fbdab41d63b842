import { Rv32Error } from "../Rv32Error.ts";

const MAGIC = 0x7f454c46;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const EXECUTABLE = 2;
const SHARED = 3;
const RISC_V = 243;
const COMPRESSED = 0x1;
const FLOAT = 0x6;
const EMBEDDED = 0x8;
const HEADER_BYTES = 52;
const SEGMENT_BYTES = 32;
const MAX_SEGMENTS = 64;

/** Kinds of segments that matter: what is loaded, and what only a dynamic linker could make sense of. */
const LOADABLE = 1;
const DYNAMIC = 2;
const INTERPRETER = 3;

/** Largest file that is read at all: far above any program that fits a machine. */
export const MAX_ELF_BYTES = 2 ** 28;

/** Part of a memory as a program file gives it. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes that it takes; those beyond `bytes` are zero. */
  readonly size: number;
}

export interface ElfProgram {
  readonly entry: number;
  readonly segments: readonly Segment[];
}

/**
 * Reads a static ELF program for RV32IM.
 * @throws Rv32Error BAD_ELF, saying which of all that can be wrong is
 */
export function readElf(elf: Uint8Array): ElfProgram {
  if (elf.length > MAX_ELF_BYTES) throw bad(`the file has ${elf.length} bytes, of at most ${MAX_ELF_BYTES}`);
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  if (elf.length < 4 || view.getUint32(0) !== MAGIC) throw bad("the file is no ELF file");
  if (elf.length < HEADER_BYTES) throw bad("the file is cut off within its header");
  checkTarget(elf, view);

  const start = view.getUint32(28, true);
  const count = view.getUint16(44, true);
  if (count === 0 || count > MAX_SEGMENTS) throw bad(`the file has ${count} segments, of 1 to ${MAX_SEGMENTS}`);
  if (view.getUint16(42, true) !== SEGMENT_BYTES) throw bad("the file's table of segments has another format");
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const segment = readSegment(elf, view, start + i * SEGMENT_BYTES);
    if (segment !== undefined) segments.push(segment);
  }
  segments.sort((a, b) => a.address - b.address);
  segments.forEach((segment, i) => {
    const before = segments[i - 1];
    if (before !== undefined && before.address + before.size > segment.address)
      throw bad(`two segments lie over each other at address ${hex(segment.address)}`);
  });
  const entry = view.getUint32(24, true);
  if (entry % 4 !== 0) throw bad(`the program begins at ${hex(entry)}, where no instruction can be`);
  if (!segments.some(({ address, size }) => entry >= address && entry < address + size))
    throw bad(`the program begins at ${hex(entry)}, where nothing is loaded`);
  return { entry, segments };
}

function checkTarget(elf: Uint8Array, view: DataView): void {
  if (elf[4] !== CLASS_32) throw bad("the program is for a machine of 64 bits");
  if (elf[5] !== LITTLE_ENDIAN) throw bad("the program is big-endian");
  const machine = view.getUint16(18, true);
  if (machine !== RISC_V) throw bad(`the program is for another machine: number ${machine}, not RISC-V's ${RISC_V}`);
  const type = view.getUint16(16, true);
  if (type === SHARED) throw bad("the program is position-independent: it would need a dynamic linker");
  if (type !== EXECUTABLE) throw bad("the file is not a linked program");
  const flags = view.getUint32(36, true);
  if ((flags & COMPRESSED) !== 0) throw bad("the program uses compressed instructions");
  if ((flags & FLOAT) !== 0) throw bad("the program uses floating-point instructions");
  if ((flags & EMBEDDED) !== 0) throw bad("the program is for RV32E, which has half the registers");
}

function readSegment(elf: Uint8Array, view: DataView, place: number): Segment | undefined {
  if (place + SEGMENT_BYTES > elf.length) throw bad("the file is cut off within its table of segments");
  const kind = view.getUint32(place, true);
  if (kind === DYNAMIC || kind === INTERPRETER) throw bad("the program is dynamic: it would need a dynamic linker");
  if (kind !== LOADABLE) return undefined;
  const offset = view.getUint32(place + 4, true);
  const address = view.getUint32(place + 8, true);
  const fileSize = view.getUint32(place + 16, true);
  const size = view.getUint32(place + 20, true);
  if (fileSize > size) throw bad("a segment has more bytes than it takes");
  if (offset + fileSize > elf.length)
    throw bad(`the file is cut off: a segment reaches to byte ${offset + fileSize} of ${elf.length}`);
  return size === 0 ? undefined : { address, bytes: elf.subarray(offset, offset + fileSize), size };
}

function bad(message: string): Rv32Error {
  return new Rv32Error("BAD_ELF", message, "compile it with -march=rv32im -mabi=ilp32 -static -no-pie");
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
