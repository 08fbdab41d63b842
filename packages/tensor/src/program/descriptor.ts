import { TensorError } from "../errors.ts";
import { keccak256 } from "../trace/keccak.ts";
import { fromHex, type Hex, LANE_BITS, type LaneBits, REGION_WORDS, roundUp, WORD_BYTES } from "../words.ts";

/** LANE proves one lane of one word at a time, PIECE a whole piece of `2^pieceLog2` words. */
export const Mode = { Lane: 0, Piece: 1 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const MAX_PIECE_LOG2 = 5;
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

export function assertDescriptor(operator: OperatorDescriptor): void {
  const reject = (what: string): never => {
    throw new TensorError("BAD_PROGRAM", `operator ${operator.kernel}: ${what}`, "see docs/program-format.md");
  };
  const { words, usedWords, pieceLog2, mode } = operator;
  if (!Number.isSafeInteger(words) || words <= 0 || words % REGION_WORDS !== 0)
    reject(`${words} words are not a positive multiple of ${REGION_WORDS}`);
  if (!Number.isSafeInteger(usedWords) || usedWords < 0 || usedWords > words)
    reject(`${usedWords} used words of ${words}`);
  if (!LANE_BITS.includes(operator.laneBits)) reject(`lanes of ${operator.laneBits} bits`);
  if (operator.params.length > MAX_PARAMS_BYTES) reject(`${operator.params.length} bytes of params`);
  const mostLog2 = mode === Mode.Piece ? MAX_PIECE_LOG2 : 0;
  if (!Number.isInteger(pieceLog2) || pieceLog2 < 0 || pieceLog2 > mostLog2) reject(`pieceLog2 ${pieceLog2}`);
  if (usedWords % 2 ** pieceLog2 !== 0) reject(`${usedWords} used words are not whole pieces`);
}
