/** ABI encoding of kernel calls by hand: a thousand cases with long arguments are slow through a general encoder. */

const WORD_DIGITS = 64;

export const hexWord = (value: bigint | number): string => value.toString(16).padStart(WORD_DIGITS, "0");

function padded(hex: string): string {
  return hex.padEnd(Math.ceil(hex.length / WORD_DIGITS) * WORD_DIGITS, "0");
}

const bytesOf = (hex: string): string => hexWord(hex.length / 2) + padded(hex);

/** `(bytes params, uint64 piece, uint16 lane)`, and `bytes32[] words` if they are given; hexadecimal without prefix. */
export function encodeArguments(params: Uint8Array, piece: number, lane: number, words?: readonly bigint[]): string {
  const encodedParams = bytesOf(Buffer.from(params).toString("hex"));
  const heads = words === undefined ? 3 : 4;
  const offset = 32 * heads;
  const head = hexWord(offset) + hexWord(piece) + hexWord(lane);
  if (words === undefined) return head + encodedParams;
  return (
    head +
    hexWord(offset + encodedParams.length / 2) +
    encodedParams +
    hexWord(words.length) +
    words.map(hexWord).join("")
  );
}

/** `(address kernel, bytes[] calls)` */
export function encodeBatch(kernel: string, calls: readonly string[]): string {
  const bodies = calls.map((call) => bytesOf(call.slice(2)));
  let offset = 32 * calls.length;
  const offsets = bodies.map((body) => {
    const at = hexWord(offset);
    offset += body.length / 2;
    return at;
  });
  return hexWord(BigInt(kernel)) + hexWord(64) + hexWord(calls.length) + offsets.join("") + bodies.join("");
}

export interface Outcome {
  readonly success: boolean;
  readonly gasUsed: bigint;
  /** What the kernel returned, word by word. */
  readonly words: readonly bigint[];
}

/** `(bool success, uint256 gasUsed, bytes result)[]` */
export function decodeOutcomes(hex: string): Outcome[] {
  const at = (byte: number): bigint => BigInt(`0x${hex.slice(2 + 2 * byte, 2 + 2 * byte + WORD_DIGITS)}`);
  const list = Number(at(0)) + 32;
  return Array.from({ length: Number(at(list - 32)) }, (_, i) => {
    const tuple = list + Number(at(list + 32 * i));
    const result = tuple + Number(at(tuple + 64));
    const words = Array.from({ length: Number(at(result)) / 32 }, (_, k) => at(result + 32 + 32 * k));
    return { success: at(tuple) === 1n, gasUsed: at(tuple + 32), words };
  });
}
