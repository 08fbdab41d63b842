import { keccak256 } from "js-sha3";

/** Bytes of a word of the ABI, of a hash, and of a node's slots. */
export const WORD = 32;

/** What one word of the ABI holds: a number, or bytes of at most a word, which stand at its end. */
export type Value = bigint | number | Uint8Array;

/** The ABI encoding of values that take one word each. */
export function encode(values: readonly Value[]): Uint8Array {
  const bytes = new Uint8Array(WORD * values.length);
  values.forEach((value, i) => {
    put(bytes, WORD * (i + 1), value);
  });
  return bytes;
}

/** The number that some bytes are, big-endian. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(hex(bytes));
}

export function keccak(message: Uint8Array | string): Uint8Array {
  return new Uint8Array(keccak256.arrayBuffer(message));
}

export function hex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** An address as people know it, with the capitals of ERC-55. */
export function address(bytes: Uint8Array): string {
  const digits = hex(bytes).slice(2);
  const capitals = hex(keccak(digits)).slice(2);
  const isCapital = (i: number): boolean => Number.parseInt(capitals.charAt(i), 16) > 7;
  return `0x${Array.from(digits, (digit, i) => (isCapital(i) ? digit.toUpperCase() : digit)).join("")}`;
}

/** Writes a value, big-endian, up to the byte before `end`; the bytes before it must be zero. */
function put(bytes: Uint8Array, end: number, value: Value): void {
  if (value instanceof Uint8Array) {
    bytes.set(value, end - value.length);
    return;
  }
  let [at, rest] = [end, value];
  // Most numbers are small, and bigints are the slow part of a million leaves.
  for (; rest > Number.MAX_SAFE_INTEGER; rest = BigInt(rest) >> 8n) bytes[--at] = Number(BigInt(rest) & 0xffn);
  for (let small = Number(rest); small > 0; small = Math.floor(small / 256)) bytes[--at] = small % 256;
}
