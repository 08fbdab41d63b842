import {
  add,
  argMax,
  decodeBundle,
  encodeBundle,
  encodeParams,
  InputWriter,
  keccak256Hex,
  type LaneBits,
  lookup,
  matMul,
  Mode,
  operatorLeaf,
  Program,
  ProgramBuilder,
  programFromJson,
  programHash,
  programToJson,
  readBundle,
  readRow,
  rearrange,
  Region,
  requantise,
  rowsOf,
  softmax,
  type Tensor,
  toHex,
  TraceTree,
  writeBundle,
} from "@millrace/tensor";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { randomProgram } from "./randomProgram.js";

const { program, input } = randomProgram(11);

describe("Program", () => {
  it("hashes operators and header as the contracts do", () => {
    const coder = AbiCoder.defaultAbiCoder();
    const types = ["bytes32", "uint64", "uint64", "uint8", "uint8", "uint16", "bytes"];
    for (const o of program.operators) {
      const values = [o.kernelCodeHash, o.words, o.usedWords, o.mode, o.pieceLog2, o.laneBits, toHex(o.params)];
      const inner = keccak256(coder.encode(types, values));
      expect(toHex(operatorLeaf(o))).to.equal(keccak256(`0x00${inner.slice(2)}`));
    }
    const { sumRoot, opDepth, inWords, bodyWords, outWords } = program.header;
    const header = coder.encode(
      ["string", "bytes32", "uint8", "uint64", "uint64", "uint64"],
      ["millrace.tensor.1", sumRoot, opDepth, inWords, bodyWords, outWords],
    );
    expect(program.hash).to.equal(keccak256(header)).and.to.equal(programHash(program.header));
  });

  it("opens the operator of a word with a path to the sum root", () => {
    for (const operator of program.operators) {
      const opened = program.openOperatorAt(operator.start + operator.words - 1);
      expect(opened.operator.index).to.equal(operator.index);
      let hash: string = toHex(operatorLeaf(operator));
      let [length, left, index] = [operator.words, 0, operator.index];
      for (const sibling of opened.siblings) {
        const word = (value: number): string => value.toString(16).padStart(16, "0");
        const nodes = [hash.slice(2) + word(length), sibling.hash.slice(2) + word(sibling.length)];
        if (index % 2 === 1) {
          nodes.reverse();
          left += sibling.length;
        }
        hash = keccak256(`0x01${nodes.join("")}`);
        length += sibling.length;
        index = Math.floor(index / 2);
      }
      expect(hash).to.equal(program.header.sumRoot);
      expect(length).to.equal(program.header.bodyWords + program.header.outWords);
      expect(program.header.inWords + left).to.equal(operator.start);
    }
  });

  it("locates words in their regions", () => {
    const { inWords, bodyWords } = program.header;
    expect(program.locate(inWords - 1)).to.deep.equal({ region: Region.Input, offset: inWords - 1 });
    expect(program.locate(inWords)).to.deep.equal({ region: Region.Body, offset: 0 });
    expect(program.locate(inWords + bodyWords)).to.deep.equal({ region: Region.Output, offset: 0 });
    expect(() => program.locate(program.totalWords)).to.throw("no word");
    expect(() => program.operatorIndexAt(0)).to.throw("no operator writes word 0");
  });

  it("refuses operators and regions that break the format", () => {
    const [operator] = program.operators;
    const broken =
      (change: object): (() => Program) =>
      () =>
        new Program(32, [], [{ ...operator!, ...change }]);
    expect(broken({ words: 33 })).to.throw("33 words are not a positive multiple of 32");
    expect(broken({ usedWords: 4_000 })).to.throw("4000 used words of");
    expect(broken({ laneBits: 7 })).to.throw("lanes of 7 bits");
    expect(broken({ pieceLog2: 3 })).to.throw("pieceLog2 3");
    for (const pieceLog2 of [-1, 1, 2, 6])
      expect(broken({ mode: Mode.Piece, pieceLog2 })).to.throw(`pieceLog2 ${pieceLog2}`);
    expect(broken({ params: new Uint8Array(1_025) })).to.throw("1025 bytes of params");
    expect(() => new Program(0, [], [operator!])).to.throw("a program needs an input and an output");
    expect(() => new Program(32, [operator!], [])).to.throw("a program needs an input and an output");
  });
});

describe("ProgramBuilder", () => {
  const shape = { rows: 4, columns: 40, laneBits: 8 } as const;

  it("names both shapes when they do not fit", () => {
    const builder = new ProgramBuilder();
    const left = builder.input("left", shape);
    const right = builder.input("right", { ...shape, columns: 80 });
    expect(() => matMul(builder, "product", { left, right, laneBits: 8 })).to.throw(
      "product: rows must have one length: left (4 × 40 of 8 bits) and right (4 × 80 of 8 bits)",
    );
    expect(() => requantise(builder, "wide", { operand: left, laneBits: 64 })).to.throw("wide has lanes of 64 bits");
    expect(() => softmax(builder, "p", { logits: left, table: right, shift: 0 })).to.throw("left has lanes of 8 bits");
    expect(() => rowsOf(left, 2, 3)).to.throw("rows 2 to 5 of left, which has 4");
    expect(() => builder.input("long", { ...shape, columns: 8_193 })).to.throw(
      "a row of long has 8193 lanes of 8 bits",
    );
    expect(() => builder.input("none", { ...shape, rows: 0 })).to.throw("none has 0 rows");
  });

  it("refuses what no lane, no field and no row can hold", () => {
    const builder = new ProgramBuilder();
    const operand = builder.input("in", shape);
    const multiply =
      (options: object): (() => unknown) =>
      () =>
        matMul(builder, "m", { left: operand, right: operand, laneBits: 32, ...options });
    expect(multiply({ right: builder.input("short", { ...shape, columns: 39 }) })).to.throw(
      "rows must have one length",
    );
    expect(multiply({ scale: 2 ** 31 })).to.throw("m: scale 2147483648");
    expect(multiply({ scale: 0.5 })).to.throw("m: scale 0.5");
    expect(multiply({ shift: -1 })).to.throw("m: shift -1");
    expect(multiply({ shift: 65 })).to.throw("m: shift 65");
    const long = builder.input("long", { rows: 1, columns: 257, laneBits: 8 });
    expect(() => argMax(builder, "classes", { operand: long, laneBits: 8 })).to.throw(
      "classes: long (1 × 257 of 8 bits)",
    );
    expect(() => builder.input("odd", { ...shape, laneBits: 7 as LaneBits })).to.throw("odd has lanes of 7 bits");
    expect(() => builder.input("vast", { ...shape, rows: 2 ** 53 })).to.throw("vast has 9007199254740992 rows");
    expect(() => encodeParams([1, 0.5])).to.throw("field 1 of the params is 0.5");
  });

  it("refuses a product that would sum lanes past the last column", () => {
    const builder = new ProgramBuilder();
    const operand = builder.input("in", shape);
    const table = builder.input("table", { rows: 1, columns: 256, laneBits: 8 });
    const looked = lookup(builder, "looked", { operand, table, offset: 128 });
    const scaled = requantise(builder, "scaled", { operand: looked, laneBits: 8 });
    const twice = add(builder, "twice", { left: scaled, right: looked, laneBits: 8 });
    const gram = (right: Tensor): Tensor => matMul(builder, "gram", { left: looked, right, laneBits: 32 });
    for (const right of [looked, scaled, twice, rowsOf(looked, 1, 2)])
      expect(() => gram(right)).to.throw(
        `lanes past the last column of looked (4 × 40 of 8 bits) and of ${right.name}`,
      );
    gram(operand);
    gram(
      rearrange(builder, "copy", {
        operand: looked,
        sizes: [4, 1, 1, 40, 1, 1],
        row: { factors: { 0: 1 } },
        column: { factors: { 3: 1 } },
      }),
    );
    const full = builder.input("full", { ...shape, columns: 64 });
    const fully = lookup(builder, "fully", { operand: full, table, offset: 128 });
    matMul(builder, "square", { left: fully, right: fully, laneBits: 32 });
  });

  it("writes no number that a lane cannot hold", () => {
    const builder = new ProgramBuilder();
    const tensor = builder.input("numbers", shape);
    requantise(builder, "out", { operand: tensor, laneBits: 8, output: true });
    const writer = new InputWriter(builder.build());
    writer.row(tensor, 0, [-128, 255]);
    expect([...readRow(writer.bytes, tensor, 0).subarray(0, 2)]).to.deep.equal([-128, -1]);
    for (const value of [256, -129, 0.5, NaN])
      expect(() => writer.row(tensor, 1, [0, value])).to.throw(`lane 1 of row 1 is ${value} in numbers`);
    expect(() => writer.row(tensor, 0.5, [1])).to.throw("row 0.5");
  });

  it("refuses an operator of the body that reads an output", () => {
    const builder = new ProgramBuilder();
    const operand = requantise(builder, "out", { operand: builder.input("in", shape), laneBits: 8, output: true });
    expect(() => requantise(builder, "late", { operand, laneBits: 8 })).to.throw("late reads out, an output");
  });

  it("writes input rows and reads rows of a region", () => {
    const builder = new ProgramBuilder();
    const tensor = builder.input("numbers", { rows: 3, columns: 5, laneBits: 16 });
    requantise(builder, "out", { operand: tensor, laneBits: 16, output: true });
    const writer = new InputWriter(builder.build()).row(tensor, 1, [1, -2, 300, -32_768, 32_767]);
    expect([...readRow(writer.bytes, tensor, 1)]).to.deep.equal([1, -2, 300, -32_768, 32_767]);
    expect([...readRow(writer.bytes, tensor, 2)]).to.deep.equal([0, 0, 0, 0, 0]);
    expect(() => writer.row(tensor, 3, [])).to.throw("row 3 with 0 lanes");
  });
});

describe("bundle", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-bundle-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("comes back as it was written", async () => {
    const written = await writeBundle(folder, { program, input, about: { kind: "test" } });
    const read = await readBundle(folder);
    expect(read.program.hash).to.equal(program.hash).and.to.equal(written.programHash);
    expect(Buffer.compare(read.input, input)).to.equal(0);
    expect(read.about).to.deep.equal({ kind: "test" });
    expect(written.inputRoot).to.equal(TraceTree.build(input).root);
    expect(written.bundleHash).to.equal(keccak256Hex(written.job));
  });

  it("is refused if a byte of the input differs", () => {
    const { job } = encodeBundle({ program, input });
    const other = input.slice();
    other[77]! ^= 1;
    expect(() => decodeBundle(job, other)).to.throw("the input has the root");
    expect(() => decodeBundle(job, input.subarray(32))).to.throw("the input has");
  });

  it("is refused if job.json is damaged", () => {
    const json = programToJson(program);
    const [first, ...rest] = json.body;
    expect(() => decodeBundle(Buffer.from("{"), input)).to.throw("job.json is not JSON");
    expect(() => programFromJson({ ...json, format: "other" })).to.throw("the format is other");
    expect(() => programFromJson({ ...json, body: rest })).to.throw("its operators hash to");
    expect(() => programFromJson({ ...json, body: [{ ...first, params: "0x1" }] })).to.throw("hexadecimal");
    expect(() => programFromJson({ ...json, body: [{ ...first, words: "32" }] })).to.throw("operator 0");
    for (const none of [null, undefined, "x", 7]) {
      expect(() => programFromJson({ ...json, body: [none] })).to.throw("operator 0");
      expect(() => programFromJson(none)).to.throw("the format is undefined");
    }
    expect(() => programFromJson({ ...json, body: undefined })).to.throw("body: undefined is not a list");
  });
});
