import {
  assertProvable,
  encodeParams,
  execute,
  kernelCodeHash,
  Mode,
  PIECE_LOG2S,
  type OperatorDescriptor,
  Program,
  ProgramError,
  programFromJson,
  type ProgramJson,
  programToJson,
  TensorError,
  type TensorErrorCode,
} from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { numbersFrom, randomProgram } from "./randomProgram.js";

const isLong = hre.globalOptions.long;
const firstSeed = isLong ? Date.now() % 1_000_000 : 1;
const BYTES = isLong ? 20_000 : 1_500;
const PROGRAMS = isLong ? 2_000 : 24;

const { program, input } = randomProgram(5);
const json = JSON.parse(JSON.stringify(programToJson(program))) as ProgramJson;
const bodyCount = json.body.length;

/** What a reader says, or undefined if it accepts. */
function refusalOf(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The file with one field of an operator of the body changed, its hash left as it was. */
function withField(index: number, field: string, value: unknown): unknown {
  return { ...json, body: json.body.map((operator, i) => (i === index ? { ...operator, [field]: value } : operator)) };
}

describe("program file", () => {
  const fields: readonly (readonly [field: string, value: unknown, code: TensorErrorCode, says: string])[] = [
    ["kernel", 7, "BAD_BUNDLE", "7 is not a name"],
    ["kernel", "x".repeat(65), "BAD_BUNDLE", "is not a name of at most 64 letters"],
    ["kernelCodeHash", "0x12", "BAD_BUNDLE", "0x12 is not a hash"],
    ["kernelCodeHash", null, "BAD_BUNDLE", "null is not a hash"],
    ["words", "32", "BAD_BUNDLE", "32 is not a whole number"],
    ["words", 32.5, "BAD_BUNDLE", "32.5 is not a whole number"],
    ["words", 33, "BAD_PROGRAM", "33 words are not a positive multiple of 32"],
    ["words", 0, "BAD_PROGRAM", "0 words are not a positive multiple"],
    ["words", -32, "BAD_PROGRAM", "-32 words are not a positive multiple"],
    ["words", 2 ** 41, "TOO_LARGE", "a program has at most"],
    ["usedWords", 2 ** 30, "BAD_PROGRAM", "1073741824 used words of"],
    ["usedWords", -1, "BAD_PROGRAM", "-1 used words of"],
    ["mode", 2, "BAD_PROGRAM", "no mode 2"],
    ["mode", undefined, "BAD_BUNDLE", "undefined is not a whole number"],
    ["pieceLog2", 1, "BAD_PROGRAM", "pieceLog2 1"],
    ["laneBits", 7, "BAD_PROGRAM", "lanes of 7 bits"],
    ["params", "0x1", "BAD_BUNDLE", "0x1 is not at most 1024 bytes"],
    ["params", `0x${"00".repeat(1_025)}`, "BAD_BUNDLE", "is not at most 1024 bytes"],
    ["params", ["0x"], "BAD_BUNDLE", "is not at most 1024 bytes"],
  ];
  for (const [field, value, code, says] of fields)
    it(`with ${field} ${String(value).slice(0, 20)} is refused by the operator's and the field's name`, () => {
      const error = refusalOf(() => programFromJson(withField(1, field, value)));
      expect(error).to.be.instanceOf(ProgramError);
      const { message, hint, place, code: found } = error as ProgramError;
      expect({ operator: place.operator, field: place.field, found }).to.deep.equal({
        operator: 1,
        field,
        found: code,
      });
      expect(`${message} – ${hint}`).to.include(says);
      expect(message).to.match(new RegExp(`^operator 1( \\(\\w+\\))?, ${field}: `));
      expect(hint).not.to.equal("");
    });

  it("of another version, without its parts or with another's hash is refused", () => {
    const refused: readonly (readonly [object, TensorErrorCode, string])[] = [
      [{ format: "millrace.tensor.2" }, "BAD_FORMAT", "format"],
      [{ format: undefined }, "BAD_FORMAT", "format"],
      [{ inWords: "64" }, "BAD_BUNDLE", "inWords"],
      [{ inWords: 2 ** 53 }, "BAD_PROGRAM", "inWords"],
      [{ inWords: 31 }, "BAD_PROGRAM", "inWords"],
      [{ inWords: 0 }, "BAD_PROGRAM", "inWords"],
      [{ body: {} }, "BAD_BUNDLE", "body"],
      [{ output: undefined }, "BAD_BUNDLE", "output"],
      [{ output: [] }, "BAD_PROGRAM", "outWords"],
      [{ programHash: `0x${"00".repeat(32)}` }, "WRONG_HASH", "programHash"],
      [{ body: json.output, output: json.body }, "WRONG_HASH", "programHash"],
    ];
    for (const [change, code, field] of refused) {
      const error = refusalOf(() => programFromJson({ ...json, ...change })) as ProgramError;
      expect(error, JSON.stringify(change).slice(0, 80)).to.be.instanceOf(ProgramError);
      expect([error.code, error.place.field]).to.deep.equal([code, field]);
    }
  });

  it("of more operators or words than a program may have is refused before anything is hashed", () => {
    const [operator] = program.operators as readonly OperatorDescriptor[];
    const many = new Array<OperatorDescriptor>(2 ** 20).fill(operator!);
    expect(refusalOf(() => new Program(32, many, [operator!]))).to.include({ code: "TOO_LARGE" });
    const huge = { ...operator!, words: 2 ** 39 };
    expect(refusalOf(() => new Program(32, [huge, huge], [operator!]))).to.include({ code: "TOO_LARGE" });
  });

  it(`means the same or is refused by name, whichever of ${BYTES} bytes is changed, cut off or put in`, () => {
    const text = Buffer.from(JSON.stringify(json));
    const below = numbersFrom(firstSeed);
    for (let i = 0; i < BYTES; i++) {
      const at = below(text.length);
      const changed = Buffer.from(text);
      const kind = below(4);
      // Often something that leaves it JSON: another digit, or a byte left out.
      if (kind === 0) changed[at] = below(256);
      else if (kind === 1) changed[at] = 0x30 + below(10);
      const bytes =
        kind === 2
          ? Buffer.concat([text.subarray(0, at), text.subarray(at + 1 + below(3))])
          : kind === 3
            ? text.subarray(0, at)
            : changed;
      let parsed: unknown;
      try {
        parsed = JSON.parse(bytes.toString("utf8"));
      } catch {
        continue; // `decodeBundle` says so.
      }
      let read: Program | undefined;
      const error = refusalOf(() => (read = programFromJson(parsed)));
      if (error !== undefined) expect(error, `byte ${at}`).to.be.instanceOf(ProgramError);
      else expect(read!.hash, `byte ${at}`).to.equal(program.hash);
    }
  });

  /** The program with some fields of one operator changed, sealed again: what a buyer could have written. */
  function altered(seed: number): { change: string; build: () => Program } {
    const below = numbersFrom(seed);
    const operators = program.operators.map((operator) => ({ ...operator, params: operator.params.slice() }));
    const operator = operators[below(operators.length)]!;
    const view = new DataView(operator.params.buffer);
    for (let n = below(2); n >= 0; n--) {
      const at = 8 * below(operator.params.length / 8);
      const old = view.getBigUint64(at);
      const values = [old ^ (1n << BigInt(below(64))), old ^ (1n << BigInt(below(12))), old + 1n, old - 1n, 2n * old];
      const choices = [...values, old + 32n, 0n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n, BigInt(below(2 ** 13))];
      view.setBigUint64(at, BigInt.asUintN(64, choices[below(choices.length)]!));
    }
    if (below(5) === 0) operator.usedWords = below(operator.words + 1);
    if (below(8) === 0) operator.laneBits = ([8, 16, 32, 64, 128, 256] as const)[below(6)]!;
    if (below(12) === 0) Object.assign(operator, { mode: Mode.Piece, pieceLog2: PIECE_LOG2S[below(3)]! });
    return {
      change: `${operator.kernel} of seed ${seed}: ${Buffer.from(operator.params).toString("hex")}`,
      build: () => new Program(program.header.inWords, operators.slice(0, bodyCount), operators.slice(bodyCount)),
    };
  }

  it(`is refused by name or runs as the chain would, whatever a buyer makes of its fields: ${PROGRAMS} programs`, () => {
    for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed++) {
      const { change, build } = altered(seed);
      const run = (reference: boolean): unknown => {
        try {
          const { body, output } = execute(build(), input, { reference });
          return Buffer.concat([body, output]).toString("base64");
        } catch (error) {
          expect(error, change).to.be.instanceOf(TensorError);
          return error;
        }
      };
      const slow = run(true);
      const refusal = refusalOf(() => {
        assertProvable(build());
      });
      if (refusal !== undefined) expect(refusal, change).to.be.instanceOf(ProgramError);
      // Where the chain has no answer, the program must have been refused; where it has one, it must be ours.
      if (typeof slow === "string") expect(run(false), change).to.equal(slow);
      else expect(refusal, change).not.to.equal(undefined);
    }
  });
});

describe("operators of descriptors that their kernels do not expect", () => {
  const copies = encodeParams([0, 3, 3, 1, 0, 0, 0]);
  const common = { kernel: "Requantise", kernelCodeHash: kernelCodeHash("Requantise"), words: 32, usedWords: 32 };
  const bytes = Uint8Array.from({ length: 1_024 }, (_, i) => 1 + (i % 250));

  it("run as the chain proves them: wider lanes, each with a value that is not as wide", () => {
    const operator = { ...common, mode: Mode.Lane, pieceLog2: 0, laneBits: 16, params: copies } as const;
    const { output } = execute(new Program(32, [], [operator]), bytes);
    // Lane `i` of 16 bits holds the kernel's lane `i` of 8 bits, as a number without sign.
    for (let lane = 0; lane < 16; lane++)
      expect([...output.subarray(2 * lane, 2 * lane + 2)]).to.deep.equal([0, bytes[lane]]);
  });

  it("run as the chain proves them: a piece of one word, which holds one lane", () => {
    const operator = { ...common, mode: Mode.Piece, pieceLog2: 0, laneBits: 8, params: copies } as const;
    const { output } = execute(new Program(32, [], [operator]), bytes);
    expect([...output.subarray(0, 32)]).to.deep.equal([...new Array<number>(31).fill(0), bytes[0]]);
  });
});

describe("assertProvable", () => {
  const copy = (address: number, change: Partial<OperatorDescriptor> = {}): OperatorDescriptor => ({
    kernel: "Requantise",
    kernelCodeHash: kernelCodeHash("Requantise"),
    words: 32,
    usedWords: 32,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 8,
    params: encodeParams([address, 3, 3, 1, 0, 0, 0]),
    ...change,
  });
  const sums = (address: number): OperatorDescriptor =>
    copy(address, {
      kernel: "Sum",
      kernelCodeHash: kernelCodeHash("Sum"),
      laneBits: 32,
      // Rows of two words.
      params: encodeParams([address, 32, 64, 1, 3, 5, 1, 0, 0, 0, 2, 0]),
    });
  const refused: readonly (readonly [string, Program, TensorErrorCode, string, string])[] = [
    ["itself", new Program(32, [copy(32)], [copy(0)]), "FORWARD_READ", "params", "its own begin at 32"],
    ["a later word", new Program(32, [copy(64)], [copy(0)]), "FORWARD_READ", "params", "it reads words 64 to 95"],
    ["past the end", new Program(32, [copy(2 ** 50)], [copy(0)]), "FORWARD_READ", "params", "it reads words 1125"],
    ["halfway into itself", new Program(32, [copy(16)], [copy(0)]), "FORWARD_READ", "params", "16 to 47"],
    ["two regions", new Program(32, [copy(0), copy(16)], [copy(0)]), "NOT_PROVABLE", "params", "of two regions"],
    ["rows off their place", new Program(96, [sums(1)], [copy(0)]), "NOT_PROVABLE", "", "not aligned to 2^1"],
    [
      "wider lanes",
      new Program(32, [copy(0, { laneBits: 16 })], [copy(0)]),
      "NOT_PROVABLE",
      "laneBits",
      "make laneBits 8",
    ],
    [
      "pieces of a kernel of lanes",
      new Program(32, [copy(0, { mode: Mode.Piece, pieceLog2: 3 })], [copy(0)]),
      "NOT_PROVABLE",
      "mode",
      "computes 1 words, not a piece of 8",
    ],
    [
      "a kernel that nobody knows",
      new Program(32, [copy(0, { kernelCodeHash: `0x${"11".repeat(32)}` })], [copy(0)]),
      "UNKNOWN_KERNEL",
      "",
      "no kernel with the code hash",
    ],
  ];
  for (const [what, program_, code, field, says] of refused)
    it(`refuses ${what}, and names the operator`, () => {
      const error = refusalOf(() => {
        assertProvable(program_);
      }) as ProgramError;
      expect(error).to.be.instanceOf(ProgramError);
      expect([error.code, error.place.field ?? ""]).to.deep.equal([code, field]);
      expect(error.place.operator).to.equal(what === "two regions" ? 1 : 0);
      expect(`${error.message} – ${error.hint}`).to.include(says);
    });

  it("accepts what reads before it", () => {
    assertProvable(new Program(32, [copy(0), copy(32)], [copy(64)]));
  });
});
