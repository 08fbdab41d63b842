import { ProgramError, TensorError } from "./errors.ts";
import type { Kernel } from "./kernels/Kernel.ts";
import type { KernelSet } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { Mode } from "./program/descriptor.ts";
import type { PlacedOperator, Program } from "./program/Program.ts";
import { assertRanges } from "./program/ranges.ts";
import { lanesPerWord } from "./words.ts";

/** Pieces of an operator that are looked at: the first, the last, and some between. */
const PIECES = 5;

const REFUSE = "refuse this program: its words could not be proven wrong";

/**
 * What a provider checks before it accepts, and a buyer before it orders: every kernel is known, nothing is read before
 * it is computed, and calls for pieces all over each operator are such that the verifier admits them.
 *
 * @throws {ProgramError} `UNKNOWN_KERNEL`, `FORWARD_READ` or `NOT_PROVABLE`, with the operator
 */
export function assertProvable(program: Program, kernels: KernelSet = ownKernels): void {
  for (const operator of program.operators) {
    const { index, kernel: name, kernelCodeHash } = operator;
    try {
      const kernel = kernels.byCodeHash(kernelCodeHash);
      assertOrder(program, operator, kernel);
      assertLanes(operator, kernel);
      for (const piece of somePieces(operator)) assertPiece(program, operator, kernel, piece);
    } catch (error) {
      if (!(error instanceof TensorError) || error instanceof ProgramError) throw error;
      throw new ProgramError(error.code, { operator: index, kernel: name }, error.message, error.hint);
    }
  }
}

/** Everything that is read lies before the operator, in one region: then no piece of it reads what is not there yet. */
function assertOrder(program: Program, operator: PlacedOperator, kernel: Kernel): void {
  const { index, kernel: name, params, usedWords, start } = operator;
  if (usedWords === 0) return;
  for (const extent of kernel.extents(params, usedWords)) {
    const place = { operator: index, kernel: name, field: "params" };
    const [first, end] = [extent.start, extent.start + extent.words];
    if (end > start)
      throw new ProgramError(
        "FORWARD_READ",
        place,
        `it reads words ${first} to ${end - 1}, but its own begin at ${start}`,
        "let operators read only what lies before them: later words, and their own, would read as zero",
      );
    if (extent.words > 0 && program.locate(first).region !== program.locate(end - 1).region)
      throw new ProgramError("NOT_PROVABLE", place, `it reads words ${first} to ${end - 1}, of two regions`, REFUSE);
  }
}

/** Wider lanes than the kernel's are proven, but hold zeros that nobody means; narrower ones are not. */
function assertLanes({ index, kernel: name, mode, laneBits, params }: PlacedOperator, kernel: Kernel): void {
  const own = kernel.laneBits(params);
  if (mode === Mode.Lane && laneBits !== own)
    throw new ProgramError(
      "NOT_PROVABLE",
      { operator: index, kernel: name, field: "laneBits" },
      `lanes of ${laneBits} bits, though its kernel computes lanes of ${own}`,
      `make laneBits ${own}`,
    );
}

function somePieces({ usedWords, pieceLog2 }: PlacedOperator): Set<number> {
  const pieces = usedWords / 2 ** pieceLog2;
  if (pieces === 0) return new Set();
  return new Set(Array.from({ length: PIECES }, (_, i) => Math.floor(((pieces - 1) * i) / (PIECES - 1))));
}

/** The first and the last lane of a piece can be proven: their ranges are admissible, and a piece is what is computed. */
function assertPiece(program: Program, operator: PlacedOperator, kernel: Kernel, piece: number): void {
  const { index, kernel: name, params, start, pieceLog2, mode, laneBits } = operator;
  const pieceStart = start + piece * 2 ** pieceLog2;
  const zeros = (log2: number): bigint[] => new Array<bigint>(2 ** log2).fill(0n);
  const lanes = mode === Mode.Piece ? [0] : [0, lanesPerWord(laneBits) - 1];
  for (const lane of lanes) {
    const first = kernel.first(params, piece, lane);
    const firstRanges = first === undefined ? [] : [first];
    assertRanges(program, firstRanges, pieceStart);
    const firstWords = firstRanges.flatMap(({ log2 }) => zeros(log2));
    const ranges = [...firstRanges, ...kernel.reads(params, piece, lane, firstWords)];
    assertRanges(program, ranges, pieceStart);
    if (mode !== Mode.Piece || piece !== 0) continue;
    const words = ranges.flatMap(({ log2 }) => zeros(log2));
    const computed = kernel.compute(params, piece, lane, words).length;
    if (computed !== 2 ** pieceLog2)
      throw new ProgramError(
        "NOT_PROVABLE",
        { operator: index, kernel: name, field: "mode" },
        `its kernel computes ${computed} words, not a piece of ${2 ** pieceLog2}`,
        "prove it lane by lane: mode 0",
      );
  }
}
