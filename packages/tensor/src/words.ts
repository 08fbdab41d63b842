/** Words, lanes and addresses: 32 bytes a word, lane 0 most significant, numbers big-endian. */

export type Hex = `0x${string}`;

export const WORD_BYTES = 32;

/** Regions and operators are multiples of this many words. */
export const REGION_WORDS = 32;

export const MAX_TOTAL_WORDS = 2 ** 40;

export type LaneBits = 8 | 16 | 32 | 64 | 128 | 256;

export const LANE_BITS: readonly LaneBits[] = [8, 16, 32, 64, 128, 256];

export const ZERO_WORD: Hex = `0x${"00".repeat(WORD_BYTES)}`;

export function lanesPerWord(laneBits: number): number {
  return 256 / laneBits;
}

export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.startsWith("0x") ? hex.slice(2) : hex, "hex"));
}

export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

export function bigIntToWord(value: bigint): Uint8Array {
  return fromHex(BigInt.asUintN(256, value).toString(16).padStart(64, "0"));
}

/** The unsigned lane of a word given as a number. */
export function laneOf(word: bigint, laneBits: number, lane: number): bigint {
  return BigInt.asUintN(laneBits, word >> BigInt(256 - laneBits * (lane + 1)));
}

/** The signed lane of a word given as a number. */
export function signedLaneOf(word: bigint, laneBits: number, lane: number): bigint {
  return BigInt.asIntN(laneBits, word >> BigInt(256 - laneBits * (lane + 1)));
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

export function ceilLog2(value: number): number {
  return value <= 1 ? 0 : Math.ceil(Math.log2(value));
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
