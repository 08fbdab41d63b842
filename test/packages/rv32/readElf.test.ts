import { readFileSync } from "node:fs";
import { join } from "node:path";

import { programOfElf, readElf, Rv32Error } from "@millrace/rv32";
import { expect } from "chai";
import fc from "fast-check";

import "../../support/fast-check.js";

/** A program of two segments. */
const FILE = readFileSync(join(import.meta.dirname, "../../../examples/guest/elf/perft-rust.elf"));
const FIRST_SEGMENT = FILE.readUInt32LE(28);

/** The file with some bytes changed. */
function changed(change: (file: Buffer) => void): Buffer {
  const file = Buffer.from(FILE);
  change(file);
  return file;
}

const MALFORMED: Record<string, [Buffer, RegExp]> = {
  "an empty file": [Buffer.alloc(0), /no ELF file/],
  "a text": [Buffer.from("#!/bin/sh\nexit 0\n"), /no ELF file/],
  "a header that is cut off": [FILE.subarray(0, 40), /cut off within its header/],
  "a table of segments that is cut off": [FILE.subarray(0, 60), /cut off within its table/],
  "a segment that is cut off": [FILE.subarray(0, 0x1100), /a segment reaches to byte/],
  "64 bits": [changed((file) => (file[4] = 2)), /64 bits/],
  "big-endian": [changed((file) => (file[5] = 2)), /big-endian/],
  "another machine": [changed((file) => file.writeUInt16LE(62, 18)), /another machine: number 62/],
  "a shared object": [changed((file) => file.writeUInt16LE(3, 16)), /position-independent/],
  "an object file": [changed((file) => file.writeUInt16LE(1, 16)), /not a linked program/],
  "compressed instructions": [changed((file) => file.writeUInt32LE(1, 36)), /compressed/],
  "floating point": [changed((file) => file.writeUInt32LE(4, 36)), /floating-point/],
  "half the registers": [changed((file) => file.writeUInt32LE(8, 36)), /RV32E/],
  "an interpreter": [changed((file) => file.writeUInt32LE(3, FIRST_SEGMENT)), /dynamic linker/],
  "a dynamic section": [changed((file) => file.writeUInt32LE(2, FIRST_SEGMENT)), /dynamic linker/],
  "no segments": [changed((file) => file.writeUInt16LE(0, 44)), /0 segments/],
  "very many segments": [changed((file) => file.writeUInt16LE(65_535, 44)), /65535 segments/],
  "more bytes than a segment takes": [changed((file) => file.writeUInt32LE(1, FIRST_SEGMENT + 20)), /more bytes/],
  "segments over each other": [
    changed((file) => file.writeUInt32LE(0x100000, FIRST_SEGMENT + 20)),
    /two segments lie over each other/,
  ],
  "a begin where nothing is": [changed((file) => file.writeUInt32LE(0x40, 24)), /nothing is loaded/],
  "a begin between instructions": [changed((file) => file.writeUInt32LE(0x10002, 24)), /no instruction can be/],
};

describe("readElf", () => {
  it("should read what a compiler wrote", () => {
    const { entry, segments } = readElf(FILE);
    expect(entry).to.equal(0x10000);
    expect(segments.map(({ address }) => address)[0]).to.equal(0x10000);
  });

  for (const [name, [file, reason]] of Object.entries(MALFORMED)) {
    it(`should refuse ${name}, and say so`, () => {
      expect(() => readElf(file))
        .to.throw(Rv32Error, reason)
        .with.property("code", "BAD_ELF");
    });
  }

  it("should refuse a file that is huge without reading it", () => {
    const huge = { length: 2 ** 29 } as Uint8Array;
    expect(() => readElf(huge)).to.throw(/536870912 bytes/);
  });

  it("should refuse a program that does not fit into the memory", () => {
    const far = changed((file) => {
      file.writeUInt32LE(0x7fff0000, FIRST_SEGMENT + 8);
      file.writeUInt32LE(0x7fff0000, 24);
    });
    expect(() => programOfElf(far)).to.throw(Rv32Error, /reaches to address \d+, of 16777216/);
  });

  it("should read or refuse any bytes, and never fail otherwise", () => {
    const damage = fc.array(fc.tuple(fc.nat(FIRST_SEGMENT + 96), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.nat(FILE.length), (changes, cut) => {
        const file = changed((bytes) => {
          for (const [place, value] of changes) bytes[place] = value;
        });
        for (const bytes of [file, file.subarray(0, cut)]) {
          try {
            programOfElf(bytes);
          } catch (error) {
            expect(error).to.be.instanceOf(Rv32Error);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
