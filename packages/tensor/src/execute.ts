import { assertExecutable } from "./assertExecutable.ts";
import { TensorError } from "./errors.ts";
import type { Kernel, Range, TraceMemory } from "./kernels/Kernel.ts";
import type { KernelSet } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { Mode } from "./program/descriptor.ts";
import type { PlacedOperator, Program } from "./program/Program.ts";
import { assertRanges } from "./program/ranges.ts";
import type { Execution } from "./trace/traces.ts";
import { TensorInstance } from "./wasm/TensorModule.ts";
import { bigIntToWord, bytesToBigInt, lanesPerWord, WORD_BYTES } from "./words.ts";

export interface ExecuteOptions {
  /** Called after each operator with its words, before a later one reads them. */
  readonly onOperator?: (index: number, words: Uint8Array) => void;
  /** Called with each stretch of an operator's words when it is computed, and where in the operator it begins; in order. */
  readonly onWords?: (index: number, words: Uint8Array, from: number) => void;
  /** Computes every lane with the reference instead of WebAssembly: slow, for tests. */
  readonly reference?: boolean;
  /** Kernels that the program may use, by default those of this package. */
  readonly kernels?: KernelSet;
}

/** Runs a program on its input. The result depends on nothing else, to the bit. */
export function execute(program: Program, input: Uint8Array, options: ExecuteOptions = {}): Execution {
  assertExecutable(program);
  program.assertInput(input);
  const known = options.kernels ?? ownKernels;
  const kernels = program.operators.map((operator) => known.byCodeHash(operator.kernelCodeHash));
  const instance = new TensorInstance();
  const size = program.totalWords * WORD_BYTES;
  const base = instance.allocate(size);
  const trace = instance.view(base, size);
  trace.set(input);
  program.operators.forEach((operator, index) => {
    const kernel = kernels[index] as Kernel;
    let shown = 0;
    const show = (end: number): void => {
      options.onWords?.(index, wordsOf(trace, operator, shown, end), shown);
      shown = end;
    };
    if (options.reference === true || !runFast(kernel, operator, { instance, base }, show))
      runReference(program, kernel, operator, trace);
    if (shown < operator.words) show(operator.words);
    options.onOperator?.(index, wordsOf(trace, operator));
  });
  const outputStart = (program.header.inWords + program.header.bodyWords) * WORD_BYTES;
  return { body: trace.subarray(input.length, outputStart), output: trace.subarray(outputStart) };
}

/** Words of an operator, or some of them. */
function wordsOf(trace: Uint8Array, { start, words }: PlacedOperator, from = 0, end = words): Uint8Array {
  return trace.subarray((start + from) * WORD_BYTES, (start + end) * WORD_BYTES);
}

/** Words that are computed, and shown, at a time where a kernel can: so that others hash them meanwhile. */
const STRETCH_WORDS = 4_096;

/**
 * The fast path holds only where nothing reads at or after the operator, for such words read as zero, and where its
 * lanes are the kernel's: with other widths the chain packs each lane's value into a wider one, or accepts none.
 */
function mayBeFast(kernel: Kernel, { params, usedWords, start, mode, laneBits }: PlacedOperator): boolean {
  if (mode !== Mode.Lane || laneBits !== kernel.laneBits(params)) return false;
  return kernel.extents(params, usedWords).every((extent) => extent.start + extent.words <= start);
}

/**
 * How many lanes of a program only the reference can compute, which takes thousands of times as long: for whoever is to
 * say whether it can be done in time.
 */
export function referenceLanes(program: Program, kernels: KernelSet = ownKernels): number {
  assertExecutable(program);
  const instance = new TensorInstance();
  const memory = { instance, base: instance.allocate(program.totalWords * WORD_BYTES) };
  let lanes = 0;
  for (const operator of program.operators) {
    const kernel = kernels.byCodeHash(operator.kernelCodeHash);
    // Of no words: whether there is a fast path does not depend on them.
    if (mayBeFast(kernel, operator) && kernel.run(memory, operator.params, operator.start, 0)) continue;
    lanes += operator.usedWords * lanesPerWord(operator.laneBits);
  }
  return lanes;
}

function runFast(kernel: Kernel, operator: PlacedOperator, memory: TraceMemory, show: (end: number) => void): boolean {
  if (!mayBeFast(kernel, operator)) return false;
  const { params, usedWords, start } = operator;
  // Two rows at least: products take two at a time.
  const stretch = kernel.rowWords === undefined ? usedWords : Math.max(STRETCH_WORDS, 2 * kernel.rowWords(params));
  let from = 0;
  do {
    const end = Math.min(usedWords, from + stretch);
    if (!kernel.run(memory, params, start, end, from)) return false;
    if (end < usedWords) show(end);
    from = end;
  } while (from < usedWords);
  return true;
}

/** Words of a range as the piece that begins at `pieceStart` sees them. */
function readRange(trace: Uint8Array, range: Range, pieceStart: number): bigint[] {
  const count = 2 ** range.log2;
  if (range.start + count > pieceStart) return new Array<bigint>(count).fill(0n);
  return Array.from({ length: count }, (_, i) =>
    bytesToBigInt(trace.subarray((range.start + i) * WORD_BYTES, (range.start + i + 1) * WORD_BYTES)),
  );
}

/** Computes one lane, or one piece, exactly as `TensorVerifier` does. */
function computePiece(
  program: Program,
  kernel: Kernel,
  { params, start, pieceLog2 }: PlacedOperator,
  trace: Uint8Array,
  piece: number,
  lane: number,
): bigint[] {
  const pieceStart = start + piece * 2 ** pieceLog2;
  const first = kernel.first(params, piece, lane);
  const firstRanges = first === undefined ? [] : [first];
  assertRanges(program, firstRanges, pieceStart);
  const firstWords = firstRanges.flatMap((range) => readRange(trace, range, pieceStart));
  const ranges = kernel.reads(params, piece, lane, firstWords);
  assertRanges(program, [...firstRanges, ...ranges], pieceStart);
  const words = ranges.flatMap((range) => readRange(trace, range, pieceStart));
  return kernel.compute(params, piece, lane, [...firstWords, ...words]);
}

function runReference(program: Program, kernel: Kernel, operator: PlacedOperator, trace: Uint8Array): void {
  const { start, usedWords, pieceLog2, laneBits } = operator;
  const pieceWords = 2 ** pieceLog2;
  for (let piece = 0; piece < usedWords / pieceWords; piece++) {
    const compute = (lane: number): bigint[] => computePiece(program, kernel, operator, trace, piece, lane);
    const words = operator.mode === Mode.Piece ? compute(0) : [packLanes(laneBits, compute)];
    words.forEach((word, i) => {
      trace.set(bigIntToWord(word), (start + piece * pieceWords + i) * WORD_BYTES);
    });
  }
}

function packLanes(laneBits: number, compute: (lane: number) => bigint[]): bigint {
  let word = 0n;
  for (let lane = 0; lane < lanesPerWord(laneBits); lane++) {
    const value = compute(lane)[0] ?? 0n;
    if (value >> BigInt(laneBits) !== 0n)
      throw new TensorError("NOT_PROVABLE", `a lane is wider than ${laneBits} bits`, "refuse this program");
    word = (word << BigInt(laneBits)) | value;
  }
  return word;
}
