import { TensorError } from "./errors.ts";
import type { Kernel, Range } from "./kernels/Kernel.ts";
import type { KernelSet } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { Mode } from "./program/descriptor.ts";
import { type PlacedOperator, type Program, Region } from "./program/Program.ts";
import { readsAsZero } from "./program/ranges.ts";
import { firstDifference } from "./trace/firstDifference.ts";
import { type NodeSource, siblingsOf } from "./trace/NodeSource.ts";
import { type Traces, treeOf } from "./trace/traces.ts";
import { bytesToBigInt, fromHex, type Hex, laneOf, lanesPerWord, toHex, ZERO_WORD } from "./words.ts";

/** `WordAddress` of the contracts. */
export interface WordAddress {
  readonly region: Region;
  /** Index of the word in its region's tree, pads included. */
  readonly position: number;
  readonly lane: number;
}

/** `Operator` of the contracts. */
export interface OperatorArgument {
  readonly kernelCodeHash: Hex;
  readonly words: number;
  readonly usedWords: number;
  readonly mode: Mode;
  readonly pieceLog2: number;
  readonly laneBits: number;
  readonly params: Hex;
}

/** `Witness` of the contracts, ready to be passed to `prove`. */
export interface Witness {
  readonly operator: OperatorArgument;
  readonly operatorIndex: number;
  readonly sumPath: { readonly hash: Hex; readonly words: number }[];
  readonly kernel: string;
  readonly shown: Hex;
  readonly words: Hex[];
  readonly siblings: Hex[];
}

export interface WitnessOptions {
  /** Address of a kernel contract with this code hash. */
  readonly kernelAddress: (codeHash: Hex, name: string) => string;
  /** Kernels that the program may use, by default those of this package. */
  readonly kernels?: KernelSet;
}

const ZERO_ADDRESS = `0x${"00".repeat(20)}`;

/** The operator of words that no operator writes: past the region's end. The verifier ignores it. */
const NO_OPERATOR: OperatorArgument = {
  kernelCodeHash: ZERO_WORD,
  words: 0,
  usedWords: 0,
  mode: Mode.Lane,
  pieceLog2: 0,
  laneBits: 256,
  params: "0x",
};

/**
 * Evidence about one word of a committed trace, as `TensorVerifier` takes it.
 *
 * @param committed nodes of the trees that the provider committed to: whole trees, or what openings have shown
 */
export function makeWitness(
  program: Program,
  committed: Traces<NodeSource>,
  at: WordAddress,
  { kernelAddress, kernels = ownKernels }: WitnessOptions,
): Witness {
  const tree = requireTree(committed, at.region);
  const { start, words } = program.region(at.region);
  if (at.region === Region.Input) throw new TensorError("NOT_PROVABLE", "input words are the order's", "none is wrong");
  const shownWord = { shown: tree.node(0, at.position), siblings: siblingsOf(tree, at.position, 0) };
  if (at.position >= words)
    return { ...shownWord, operator: NO_OPERATOR, operatorIndex: 0, sumPath: [], kernel: ZERO_ADDRESS, words: [] };

  const address = start + at.position;
  const { operator, siblings } = program.openOperatorAt(address);
  const opened = {
    operator: operatorArgument(operator),
    operatorIndex: operator.index,
    sumPath: siblings.map(({ hash, length }) => ({ hash, words: length })),
  };
  if (address >= operator.start + operator.usedWords)
    return { ...shownWord, ...opened, kernel: ZERO_ADDRESS, words: [] };

  const height = operator.mode === Mode.Piece ? operator.pieceLog2 : 0;
  const position = Math.floor(at.position / 2 ** height);
  const kernel = kernels.byCodeHash(operator.kernelCodeHash);
  const evidence = collectReads(program, committed, kernel, operator, address, at.lane);
  return {
    ...opened,
    kernel: kernelAddress(operator.kernelCodeHash, operator.kernel),
    shown: tree.node(height, position),
    words: evidence.words,
    siblings: [...siblingsOf(tree, position, height), ...evidence.siblings],
  };
}

function operatorArgument(operator: PlacedOperator): OperatorArgument {
  const { kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params } = operator;
  return { kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params: toHex(params) };
}

interface Evidence {
  readonly words: Hex[];
  readonly siblings: Hex[];
}

/** Words that the kernel reads for one lane or piece, and their paths. */
function collectReads(
  program: Program,
  committed: Traces<NodeSource>,
  kernel: Kernel,
  operator: PlacedOperator,
  address: number,
  atLane: number,
): Evidence {
  const piece = Math.floor((address - operator.start) / 2 ** operator.pieceLog2);
  const lane = operator.mode === Mode.Piece ? 0 : atLane;
  const pieceStart = operator.start + piece * 2 ** operator.pieceLog2;
  const evidence: Evidence = { words: [], siblings: [] };
  const show = (range: Range): Hex[] => showRange(program, committed, range, pieceStart, evidence);
  const first = kernel.first(operator.params, piece, lane);
  const firstWords = (first === undefined ? [] : show(first)).map((word) => bytesToBigInt(fromHex(word)));
  for (const range of kernel.reads(operator.params, piece, lane, firstWords)) show(range);
  return evidence;
}

function showRange(
  program: Program,
  committed: Traces<NodeSource>,
  range: Range,
  pieceStart: number,
  evidence: Evidence,
): Hex[] {
  const count = 2 ** range.log2;
  if (readsAsZero(range, pieceStart)) return new Array<Hex>(count).fill(ZERO_WORD);
  const { region, offset } = program.locate(range.start);
  const tree = requireTree(committed, region);
  const words = Array.from({ length: count }, (_, i) => tree.node(0, offset + i));
  evidence.words.push(...words);
  evidence.siblings.push(...siblingsOf(tree, offset / count, range.log2));
  return words;
}

function requireTree(committed: Traces<NodeSource>, region: Region): NodeSource {
  const tree = treeOf(committed, region);
  if (tree === undefined) throw new TensorError("BAD_ADDRESS", "the body is empty", "the word is in another region");
  return tree;
}

/** First word, in address order, that a committed trace has wrong, given the honest one; undefined if it has none. */
export function findFraud(program: Program, honest: Traces, committed: Traces): WordAddress | undefined {
  for (const region of [Region.Body, Region.Output] as const) {
    const [mine, theirs] = [treeOf(honest, region), treeOf(committed, region)];
    if (mine === undefined || theirs === undefined) continue;
    const position = firstDifference(mine, theirs);
    if (position !== undefined)
      return { region, position, lane: differentLane(program, mine, region, position, theirs.node(0, position)) };
  }
  return undefined;
}

/** First lane in which a shown word differs from mine; 0 where the whole word is proven. */
export function differentLane(
  program: Program,
  mine: NodeSource,
  region: Region,
  position: number,
  shown: string,
): number {
  const { start, words } = program.region(region);
  if (position >= words) return 0;
  const { laneBits, mode } = program.openOperatorAt(start + position).operator;
  if (mode === Mode.Piece) return 0;
  const [right, wrong] = [BigInt(mine.node(0, position)), BigInt(shown)];
  const lanes = Array.from({ length: lanesPerWord(laneBits) }, (_, lane) => lane);
  return Math.max(
    0,
    lanes.findIndex((lane) => laneOf(right, laneBits, lane) !== laneOf(wrong, laneBits, lane)),
  );
}
