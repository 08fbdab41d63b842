import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Execution, programOfElf, Status } from "@millrace/rv32";
import { expect } from "chai";
import { execa } from "execa";
import { deepIt } from "../../support/deep.js";

const EXAMPLES = join(import.meta.dirname, "../../../examples/guest");

interface Result {
  readonly code: number;
  readonly output: Buffer;
}

function run(file: string, input: Uint8Array | string): Result {
  const bytes = typeof input === "string" ? Buffer.from(input) : input;
  const execution = new Execution(programOfElf(readFileSync(file), { maxSteps: 200_000_000n }), bytes);
  const { status, exitCode } = execution.run().final;
  expect(status).to.equal(Status.Exited);
  return { code: exitCode, output: Buffer.from(execution.output()) };
}

/** Bytes without a pattern that a compressor could use, but the same in every run. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fffffff) & 255);
}

// What each program must do, said by something that shares no code with it.

function treeRoot(data: Uint8Array): Buffer {
  const sha = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
  let level: Buffer[] = Array.from({ length: Math.max(1, Math.ceil(data.length / 64)) }, (_, i) => {
    const block = Buffer.alloc(64);
    block.set(data.subarray(64 * i, 64 * i + 64));
    return sha(block);
  });
  while (level.length > 1) {
    const pairs = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => level.slice(2 * i, 2 * i + 2));
    level = pairs.map((pair) => (pair.length === 2 ? sha(Buffer.concat(pair)) : pair[0]!));
  }
  return level[0]!;
}

function grep(pattern: string, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line, i) => (new RegExp(pattern).test(line) ? `${i + 1}:${line}\n` : "")).join("");
}

/** Decoder of an LZ4 block. */
function unpack(block: Uint8Array): Buffer {
  const out: number[] = [];
  let place = 0;
  const next = (): number => block[place++]!;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) more = next();
    return length;
  };
  while (place < block.length) {
    const token = next();
    for (let literals = lengthOf(token >> 4); literals > 0; literals--) out.push(next());
    if (place >= block.length) break;
    const offset = next() | (next() << 8);
    expect(offset).to.be.within(1, out.length);
    for (let match = lengthOf(token & 15) + 4; match > 0; match--) out.push(out[out.length - offset]!);
  }
  return Buffer.from(out);
}

const TEXT = "foo\nxbar\nbaq\n\nfoobaz\nfoox\naab\nab\n[x]\n3.14\n3x14\nthe end\n";
const PATTERNS = ["fo+", "^fo*x?$", "(fo+|ba[r-z])+$", "a?b|x]", "^$", "(a*)*b", "[^a-z]", "3\\.1", "x|y|z|e", "."];

/** Positions with the numbers of games that the chess programming community publishes. */
const GAMES: [string, bigint][] = [
  ["1 rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", 20n],
  ["3 rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", 8_902n],
  ["3 r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1", 97_862n],
  ["3 8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", 2_812n],
  ["3 r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", 9_467n],
  ["3 rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8", 62_379n],
];

/** All that is expected of the programs in a folder. */
function checkPrograms(folder: string): void {
  const has = new Set(readdirSync(folder));
  for (const name of ["sha256tree.elf", "sha256tree-rust.elf"].filter((file) => has.has(file))) {
    for (const length of [0, 1, 65, 3_000]) {
      const data = noise(length);
      expect(run(join(folder, name), data).output, `${name}, ${length} bytes`).to.deep.equal(treeRoot(data));
    }
  }
  if (has.has("regex.elf")) {
    for (const pattern of PATTERNS) {
      const { code, output } = run(join(folder, "regex.elf"), `${pattern}\n${TEXT}`);
      const expected = grep(pattern, TEXT);
      expect([output.toString(), code], pattern).to.deep.equal([expected, expected === "" ? 1 : 0]);
    }
    for (const pattern of ["*a", "(a", "a)", "[a", "\\"]) {
      expect(run(join(folder, "regex.elf"), `${pattern}\nabc`).code, pattern).to.equal(2);
    }
  }
  if (has.has("lz.elf")) {
    const source = readFileSync(join(EXAMPLES, "c/lz.c"));
    for (const data of [source, noise(2_000), Buffer.alloc(5_000), Buffer.from("abc"), Buffer.alloc(0)]) {
      const packed = run(join(folder, "lz.elf"), data).output;
      expect(unpack(packed)).to.deep.equal(Buffer.from(data));
      if (data === source) expect(packed.length).to.be.lessThan(data.length * 0.7);
    }
  }
  if (has.has("perft-rust.elf")) {
    for (const [position, games] of GAMES) {
      const { output } = run(join(folder, "perft-rust.elf"), position);
      expect(output.toString().split("\n").at(-2), position).to.equal(String(games));
    }
    expect(run(join(folder, "perft-rust.elf"), "3 not a position").code).to.equal(2);
  }
}

describe("examples/guest", () => {
  it("should do what they say: those in the repository", () => {
    checkPrograms(join(EXAMPLES, "elf"));
  });

  deepIt("should do what they say: built anew, as far as there are compilers", async function (this: Mocha.Context) {
    const folder = mkdtempSync(join(tmpdir(), "millrace-guest-"));
    try {
      await execa(join(EXAMPLES, "build.sh"), [folder]);
      if (readdirSync(folder).length === 0) this.skip();
      checkPrograms(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
