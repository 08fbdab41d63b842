import { ProgramError } from "../errors.ts";
import { LEAF_LOG2 } from "../trace/heights.ts";
import { keccak256 } from "../trace/keccak.ts";
import {
  fromHex,
  type Hex,
  LANE_BITS,
  type LaneBits,
  MAX_TOTAL_WORDS,
  REGION_WORDS,
  roundUp,
  WORD_BYTES,
} from "../words.ts";

/** LANE proves one lane of one word at a time, PIECE a whole piece of `2^pieceLog2` words: one, or whole leaves. */
export const Mode = { Lane: 0, Piece: 1 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

const MODES: readonly number[] = Object.values(Mode);

/** What `pieceLog2` may be: a piece of more than one word is a node of the trace's tree. */
export const PIECE_LOG2S: readonly number[] = [0, LEAF_LOG2, LEAF_LOG2 + 1, LEAF_LOG2 + 2];
export const MAX_PARAMS_BYTES = 1_024;

/** One operator of a program, as its leaf in the sum tree describes it. */
export interface OperatorDescriptor {
  /** Name of the kernel for people; what counts is the code hash. */
  readonly kernel: string;
  readonly kernelCodeHash: Hex;
  /** Length of its output, a multiple of 32. */
  readonly words: number;
  /** Words that hold results; the rest is zero. */
  readonly usedWords: number;
  readonly mode: Mode;
  readonly pieceLog2: number;
  readonly laneBits: LaneBits;
  /** Packed as the kernel's page says; offsets in it are absolute words. */
  readonly params: Uint8Array;
}

const LEAF_TAG = Uint8Array.of(0);

/** Words of the encoding before the bytes of params: six values, an offset and a length. */
const HEAD_WORDS = 8;

/** `abi.encode(kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params)`; by hand, for programs are long. */
function encodeDescriptor(operator: OperatorDescriptor): Uint8Array {
  const { kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params } = operator;
  const bytes = new Uint8Array(WORD_BYTES * HEAD_WORDS + roundUp(params.length, WORD_BYTES));
  const view = new DataView(bytes.buffer);
  const paramsOffset = WORD_BYTES * (HEAD_WORDS - 1);
  bytes.set(fromHex(kernelCodeHash));
  [words, usedWords, mode, pieceLog2, laneBits, paramsOffset, params.length].forEach((value, i) => {
    view.setBigUint64(WORD_BYTES * (i + 2) - 8, BigInt(value));
  });
  bytes.set(params, WORD_BYTES * HEAD_WORDS);
  return bytes;
}

/** `keccak(0x00 ‖ keccak(abi.encode(kernelCodeHash, words, usedWords, mode, pieceLog2, laneBits, params)))` */
export function operatorLeaf(operator: OperatorDescriptor): Uint8Array {
  return keccak256(LEAF_TAG, keccak256(encodeDescriptor(operator)));
}

/** @param index of the operator in its program, for the message */
export function assertDescriptor(operator: OperatorDescriptor, index: number): void {
  const { kernel, words, usedWords, pieceLog2, mode, laneBits, params } = operator;
  const check = (isGood: boolean, field: keyof OperatorDescriptor, what: string, hint: string): void => {
    if (!isGood) throw new ProgramError("BAD_PROGRAM", { operator: index, kernel, field }, what, hint);
  };
  const isWhole = (value: number, least: number, most: number): boolean =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  if (words > MAX_TOTAL_WORDS)
    throw new ProgramError(
      "TOO_LARGE",
      { operator: index, kernel, field: "words" },
      `${words} words`,
      `a program has at most ${MAX_TOTAL_WORDS}: split the job`,
    );
  check(
    isWhole(words, REGION_WORDS, MAX_TOTAL_WORDS) && words % REGION_WORDS === 0,
    "words",
    `${words} words are not a positive multiple of ${REGION_WORDS}`,
    `pad the operator to a multiple of ${REGION_WORDS} words`,
  );
  check(
    isWhole(usedWords, 0, words),
    "usedWords",
    `${usedWords} used words of ${words}`,
    "make words at least usedWords",
  );
  check(MODES.includes(mode), "mode", `no mode ${String(mode)}`, "write 0 for lanes or 1 for pieces");
  check(
    LANE_BITS.includes(laneBits),
    "laneBits",
    `lanes of ${laneBits} bits`,
    `a lane has one of ${LANE_BITS.join(", ")} bits`,
  );
  check(
    params.length <= MAX_PARAMS_BYTES,
    "params",
    `${params.length} bytes of params`,
    `params are at most ${MAX_PARAMS_BYTES} bytes`,
  );
  check(
    mode === Mode.Piece ? PIECE_LOG2S.includes(pieceLog2) : pieceLog2 === 0,
    "pieceLog2",
    `pieceLog2 ${pieceLog2}`,
    mode === Mode.Piece
      ? `a piece is one word or whole leaves: write one of ${PIECE_LOG2S.join(", ")}`
      : "it is 0 where lanes are proven one by one",
  );
  check(
    usedWords % 2 ** pieceLog2 === 0,
    "usedWords",
    `${usedWords} used words are not whole pieces`,
    `make usedWords a multiple of ${2 ** pieceLog2}`,
  );
}
