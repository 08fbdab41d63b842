import {
  add,
  execute,
  gather,
  hashChain,
  InputWriter,
  keccak256Hex,
  type LaneBits,
  layerNorm,
  lookup,
  ProgramBuilder,
  random,
  readRow,
  rescale,
  select,
  type Tensor,
} from "@millrace/tensor";
import { expect } from "chai";

import { numbersFrom } from "./randomProgram.js";

type Rows = readonly (readonly number[])[];

interface Declared {
  readonly rows: Rows;
  readonly laneBits: LaneBits;
}

/** Runs one operator on inputs given as rows of numbers, and returns the result's rows. */
function runOne(
  inputs: Readonly<Record<string, Declared>>,
  apply: (builder: ProgramBuilder, tensors: Record<string, Tensor>) => Tensor,
): number[][] {
  const builder = new ProgramBuilder();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { rows, laneBits }]) => [
      name,
      builder.input(name, { rows: rows.length, columns: rows[0]!.length, laneBits }),
    ]),
  );
  const result = apply(builder, tensors);
  const program = builder.build();
  const writer = new InputWriter(program);
  for (const [name, { rows }] of Object.entries(inputs)) rows.forEach((row, i) => writer.row(tensors[name]!, i, row));
  const { output } = execute(program, writer.bytes);
  return Array.from({ length: result.rows }, (_, row) => [...readRow(output, result, row)]);
}

const below = numbersFrom(9);
const rowOf = (length: number, value: (i: number) => number): number[] => Array.from({ length }, (_, i) => value(i));

describe("operators", () => {
  describe("lookup", () => {
    const gelu = (x: number): number => x / 2 + (x / 2) * Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044_715 * x ** 3));

    it("computes a function by its table", () => {
      const values = rowOf(256, (i) => Math.round(32 * gelu((i - 128) / 32)) + 0);
      const operand = rowOf(256, (i) => i - 128);
      const [result] = runOne(
        { operand: { rows: [operand], laneBits: 8 }, table: { rows: [values], laneBits: 8 } },
        (builder, { operand, table }) =>
          lookup(builder, "gelu", { operand: operand!, table: table!, offset: 128, output: true }),
      );
      expect(result).to.deep.equal(values);
    });

    it("clamps indices to both ends", () => {
      const [result] = runOne(
        {
          operand: { rows: [rowOf(32, (i) => 1_000 * (i - 16))], laneBits: 32 },
          table: { rows: [[5, 6, 7, ...new Array<number>(29).fill(99)]], laneBits: 32 },
        },
        (builder, { operand, table }) =>
          lookup(builder, "clamped", { operand: operand!, table: table!, entries: 3, offset: 1, output: true }),
      );
      expect(result).to.deep.equal(rowOf(32, (i) => (i < 16 ? 5 : i === 16 ? 6 : 7)));
    });

    it("refuses tables with gaps, and rows of other lengths", () => {
      const builder = new ProgramBuilder();
      const operand = builder.input("operand", { rows: 2, columns: 10, laneBits: 8 });
      const gaps = builder.input("gaps", { rows: 2, columns: 10, laneBits: 8 });
      expect(() => lookup(builder, "f", { operand, table: gaps })).to.throw("20 entries of gaps");
      const wide = builder.input("wide", { rows: 1, columns: 16, laneBits: 32 });
      expect(() => lookup(builder, "f", { operand, table: wide })).to.throw("padded rows must have one length");
    });
  });

  describe("gather", () => {
    it("takes rows by their indices, and zeros for rows that are not there", () => {
      const table = rowOf(5, (i) => i).map((i) => rowOf(40, (c) => i * 20 + (c % 19) - 50));
      const indices = [4, 0, 5, 255, 2, 2];
      const result = runOne(
        { indices: { rows: [indices], laneBits: 8 }, table: { rows: table, laneBits: 8 } },
        (builder, { indices, table }) => gather(builder, "rows", { indices: indices!, table: table!, output: true }),
      );
      expect(result).to.deep.equal(indices.map((index) => table[index] ?? rowOf(40, () => 0)));
    });
  });

  describe("elementwise", () => {
    it("adds a row to all, with scales, and saturates", () => {
      const left = rowOf(3, (m) => m).map((m) => rowOf(32, (c) => 50 * m + c - 60));
      const right = rowOf(32, (c) => 1_000 * c);
      const result = runOne(
        { left: { rows: left, laneBits: 8 }, right: { rows: [right], laneBits: 16 } },
        (builder, { left, right }) =>
          add(builder, "sum", { left: left!, right: right!, laneBits: 8, leftScale: 8, shift: 4, output: true }),
      );
      const round = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
      const expected = left.map((row) =>
        row.map((a, c) => Math.max(-128, Math.min(127, round((8 * a + right[c]!) / 16)))),
      );
      expect(result).to.deep.equal(expected);
    });

    it("chooses by a condition", () => {
      const [a, b, condition] = [1, 2, 3].map(() => rowOf(32, () => below(200) - 100)) as [
        number[],
        number[],
        number[],
      ];
      const [result] = runOne(
        {
          a: { rows: [a], laneBits: 8 },
          b: { rows: [b], laneBits: 8 },
          condition: { rows: [condition], laneBits: 8 },
        },
        (builder, { a, b, condition }) =>
          select(builder, "choice", { left: a!, right: b!, condition: condition!, laneBits: 8, output: true }),
      );
      expect(result).to.deep.equal(a.map((value, i) => (condition[i]! > 0 ? value : b[i]!)));
    });

    it("refuses shapes that do not agree", () => {
      const builder = new ProgramBuilder();
      const left = builder.input("left", { rows: 4, columns: 32, laneBits: 8 });
      const right = builder.input("right", { rows: 3, columns: 32, laneBits: 8 });
      expect(() => add(builder, "sum", { left, right, laneBits: 8 })).to.throw("sum: shapes must agree");
    });
  });

  describe("layerNorm", () => {
    it("has mean zero and the deviation asked for, to half a unit", () => {
      const columns = 64;
      const operand = rowOf(5, () => 0).map(() => rowOf(columns, () => below(200) - 90));
      const result = runOne(
        {
          operand: { rows: operand, laneBits: 8 },
          gamma: { rows: [rowOf(columns, () => 512)], laneBits: 16 },
          beta: { rows: [rowOf(columns, (c) => c)], laneBits: 16 },
        },
        (builder, { operand, gamma, beta }) =>
          layerNorm(builder, "norm", {
            operand: operand!,
            gamma: gamma!,
            beta: beta!,
            laneBits: 16,
            shift: 4,
            output: true,
          }),
      );
      operand.forEach((row, m) => {
        const mean = row.reduce((sum, x) => sum + x, 0) / columns;
        const deviation = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / columns);
        row.forEach((x, c) => {
          expect(Math.abs(result[m]![c]! - c - (32 * (x - mean)) / deviation)).to.be.below(0.52);
        });
      });
    });

    it("is beta for rows that are all the same", () => {
      const row = rowOf(32, () => 7);
      const ones = { rows: [rowOf(32, () => 3)], laneBits: 16 } as const;
      const [result] = runOne(
        { operand: { rows: [row], laneBits: 8 }, gamma: ones, beta: ones },
        (builder, { operand, gamma, beta }) =>
          layerNorm(builder, "norm", {
            operand: operand!,
            gamma: gamma!,
            beta: beta!,
            laneBits: 8,
            shift: 0,
            output: true,
          }),
      );
      expect(result).to.deep.equal(ones.rows[0]);
    });
  });

  describe("rescale", () => {
    /** The nearest whole number, ties to even. */
    const rint = (x: number): number => {
      const floor = Math.floor(x);
      if (x - floor !== 0.5) return Math.round(x);
      return floor % 2 === 0 ? floor : floor + 1;
    };

    for (const scale of [0.001_234_567, 0.5, 0.25, 2 ** -20, 0.017_453_292, 3.141_592_7].map(Math.fround))
      it(`equals floats of single precision at the scale ${scale}`, () => {
        const near = 127 / scale;
        const operand = rowOf(4_096, (i) =>
          i % 2 === 0 ? below(2 ** 32) - 2 ** 31 : Math.trunc(((i - 2_048) / 2_048) * Math.min(near, 2 ** 31 - 1)),
        );
        const rows = rowOf(16, (i) => i).map((i) => operand.slice(256 * i, 256 * i + 256));
        const result = runOne({ operand: { rows, laneBits: 32 } }, (builder, { operand }) =>
          rescale(builder, "scaled", { operand: operand!, laneBits: 8, scale, zero: 3, low: -100, output: true }),
        );
        const expected = operand.map((x) =>
          Math.max(-100, Math.min(127, rint(Math.fround(Math.fround(x) * scale)) + 3)),
        );
        expect(result.flat()).to.deep.equal(expected.map((x) => x + 0));
      });

    it("refuses scales that are not of single precision", () => {
      const builder = new ProgramBuilder();
      const operand = builder.input("operand", { rows: 1, columns: 32, laneBits: 32 });
      for (const scale of [0, -1, 0.1, Number.NaN])
        expect(() => rescale(builder, "scaled", { operand, laneBits: 8, scale })).to.throw(`the scale ${scale}`);
    });
  });

  describe("random and hashChain", () => {
    const counter = (value: number): Uint8Array => Buffer.from(value.toString(16).padStart(64, "0"), "hex");

    it("are the hashes that they say", () => {
      const builder = new ProgramBuilder();
      const seed = builder.input("seed", { rows: 1, columns: 1, laneBits: 256 });
      random(builder, "random", { seed, start: 7, shape: { rows: 2, columns: 64, laneBits: 8 }, output: true });
      const chain = hashChain(builder, "chain", { seed, words: 3, rounds: 2, output: true });
      const program = builder.build();
      const { output } = execute(program, new Uint8Array(program.header.inWords * 32).fill(1, 0, 32));
      const wordAt = (index: number): string =>
        `0x${Buffer.from(output.subarray(32 * index, 32 * index + 32)).toString("hex")}`;
      for (let i = 0; i < 4; i++) expect(wordAt(i)).to.equal(keccak256Hex(new Uint8Array(32).fill(1), counter(7 + i)));
      let word = `0x${"01".repeat(32)}`;
      for (let step = 0; step < 6; step++) {
        word = keccak256Hex(Buffer.from(word.slice(2), "hex"), counter(step));
        if (step % 2 === 1) expect(wordAt(chain.offset + (step - 1) / 2)).to.equal(word);
      }
    });

    it("refuses chains whose steps cannot be proven", () => {
      const builder = new ProgramBuilder();
      const seed = builder.input("seed", { rows: 1, columns: 1, laneBits: 256 });
      expect(() => hashChain(builder, "chain", { seed, words: 3, rounds: 2_049 })).to.throw("2049 rounds");
    });
  });
});
