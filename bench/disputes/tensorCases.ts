import { kernelByName } from "@millrace/tensor";
import { concat, dataSlice, getBytes, toBeHex } from "ethers";

import { Memory } from "../../test/verifiers/support/execute.js";
import { addParams, addTwin, type KernelTwin } from "../../test/verifiers/support/kernels.js";
import { Mode, type Operator, Program, Region } from "../../test/verifiers/support/program.js";
import { Random } from "../../test/verifiers/support/random.js";

/** A program with an honest and a wrong run on a memory that is zero but where somebody looks. */
export interface TensorCase {
  readonly id: string;
  readonly what: string;
  readonly program: Program;
  readonly honest: Memory;
  readonly wrong: Memory;
  readonly region: Region.Body | Region.Output;
  readonly lane: number;
  readonly twin: KernelTwin;
  /** Most gas that the dispute may cost, both sides together. */
  readonly limit: number;
}

const IN_WORDS = 64;
const BLOCK = 32;
/** Words before the end of the body at which the wrong one lies. */
const FROM_END = 25;

/** A body of 2^log2 words, of which a small kernel computes the last few. */
export function wordsCase(log2: number, codeHash: string, limit: number): TensorCase {
  const add = (words: number, usedWords: number): Operator => ({
    kernelCodeHash: codeHash,
    words,
    usedWords,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 32,
    params: addParams(0, 1),
  });
  // The largest program has room for its input and output too.
  const bodyWords = log2 === 40 ? 2 ** 40 - 4 * BLOCK : 2 ** log2;
  const program = new Program([add(bodyWords - BLOCK, 0), add(BLOCK, BLOCK), add(BLOCK, BLOCK)], IN_WORDS, BLOCK);
  const honest = new Memory(program);
  const random = new Random(20);
  for (let i = 0; i < IN_WORDS; i++) honest.words.set(i, random.word());
  for (let i = 0; i < BLOCK; i++) {
    const sum = sumOf(honest.at(i), honest.at(i + 1));
    honest.words.set(IN_WORDS + bodyWords - BLOCK + i, sum);
    honest.words.set(IN_WORDS + bodyWords + i, sum);
  }
  const wrong = honest.copy();
  const at = IN_WORDS + bodyWords - FROM_END;
  wrong.words.set(at, toBeHex(BigInt(honest.at(at)) ^ (1n << 224n), 32));
  return {
    id: `2e${log2}words`,
    what: `2^${log2} words and a small kernel`,
    program,
    honest,
    wrong,
    region: Region.Body,
    lane: 0,
    twin: addTwin,
    limit,
  };
}

/** Of two words, in lanes of 32 bits: what the kernel computes. */
function sumOf(...words: readonly [string, string]): string {
  return concat(Array.from({ length: 8 }, (_, lane) => dataSlice(addTwin.compute("0x", 0, lane, words)[0] ?? "", 28)));
}

const SIZE = 4_096;
const ROW_WORDS = SIZE / 32;
const ROW = 2_024;
const COLUMN = 1_017;

/** One lane of a product of two int8 matrices of 4,096 rows and columns: a dot product of 4,096. */
export function matMulCase(codeHash: string, limit: number): TensorCase {
  const operandWords = SIZE * ROW_WORDS;
  const fields = [0, SIZE, operandWords, SIZE, 7, 7, 3, 1, 14, 0, 0, 0];
  const operator: Operator = {
    kernelCodeHash: codeHash,
    words: operandWords,
    usedWords: operandWords,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 8,
    params: concat(fields.map((field) => toBeHex(field, 8))),
  };
  const program = new Program([operator], 2 * operandWords, operandWords);
  const random = new Random(7);
  const honest = new Memory(program);
  for (let i = 0; i < ROW_WORDS; i++) {
    honest.words.set(ROW * ROW_WORDS + i, random.word());
    honest.words.set(operandWords + COLUMN * ROW_WORDS + i, random.word());
  }
  const piece = ROW * ROW_WORDS + Math.floor(COLUMN / 32);
  const lane = COLUMN % 32;
  const address = 2 * operandWords + piece;
  const ranges = matMulTwin.reads(operator.params, piece, lane, []);
  const words = ranges.flatMap((range) => honest.read(range, address));
  const value = BigInt(matMulTwin.compute(operator.params, piece, lane, words)[0]);
  const shift = BigInt(8 * (31 - lane));
  honest.words.set(address, toBeHex(value << shift, 32));
  const wrong = honest.copy();
  wrong.words.set(address, toBeHex((value ^ 1n) << shift, 32));
  return {
    id: "matmul4096",
    what: "a product of 4,096 × 4,096 × 4,096 int8",
    program,
    honest,
    wrong,
    region: Region.Output,
    lane,
    twin: matMulTwin,
    limit,
  };
}

const matMul = kernelByName("MatMul");

/** The production kernel as the tests' reference calls it. */
const matMulTwin: KernelTwin = {
  first: () => [],
  reads: (params, piece, lane) =>
    matMul.reads(getBytes(params), piece, lane, []).map(({ start, log2 }) => ({ start, log2 })),
  compute: (params, piece, lane, words) =>
    matMul.compute(getBytes(params), piece, lane, words.map(BigInt)).map((word) => toBeHex(word, 32)),
};
