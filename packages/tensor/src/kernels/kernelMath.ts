import { laneOf, signedLaneOf } from "../words.ts";
import type { Range } from "./Kernel.ts";

/** Twin of `KernelMath.sol`; params are read by `params.ts`. */

const SHIFT_LIMIT = 64n;

/** Addresses wrap to 64 bits; above 2^53 they lose digits, but all such words read as zero. */
export function rangeAt(start: bigint, log2: number): Range {
  return { start: Number(BigInt.asUintN(64, start)), log2 };
}

/** Logarithm of the number of lanes in a word; one lane if they are wider than a word. */
export function lanesLog2(laneLog2: number): number {
  return laneLog2 > 8 ? 0 : 8 - laneLog2;
}

/** Bits of a lane; lanes that are wider than a word are one. */
export function laneBitsOf(laneLog2: number): number {
  return 256 >> lanesLog2(laneLog2);
}

/** Index of a lane in an operator. */
export function elementOf(piece: bigint, lane: number, laneLog2: number): bigint {
  return (piece << BigInt(lanesLog2(laneLog2))) + BigInt(lane);
}

function laneIndex(laneLog2: number, index: bigint): number {
  return Number(index & BigInt(2 ** lanesLog2(laneLog2) - 1));
}

/** Lane of a word, sign-extended; `index` counts lanes modulo those of a word. */
export function signedLane(word: bigint | undefined, laneLog2: number, index: bigint): bigint {
  return signedLaneOf(word ?? 0n, laneBitsOf(laneLog2), laneIndex(laneLog2, index));
}

export function unsignedLane(word: bigint | undefined, laneLog2: number, index: bigint): bigint {
  return laneOf(word ?? 0n, laneBitsOf(laneLog2), laneIndex(laneLog2, index));
}

/** The value as an unsigned lane, its high bits cut off. */
export function toLane(value: bigint, laneLog2: number): bigint[] {
  return [BigInt.asUintN(laneBitsOf(laneLog2), value)];
}

/** `value · scale / 2^shift`, rounded half away from zero. */
export function scaled(value: bigint, scale: bigint, shift: bigint): bigint {
  return rounded(value * scale, shift);
}

/** `value / 2^shift`, rounded half away from zero. */
export function rounded(value: bigint, shift: bigint): bigint {
  if (shift === 0n) return value;
  if (shift >= SHIFT_LIMIT) return 0n;
  const half = 1n << (shift - 1n);
  return value < 0n ? -((half - value) >> shift) : (value + half) >> shift;
}

/** The nearest value that a signed lane holds. */
export function saturated(value: bigint, laneLog2: number): bigint {
  const limit = 1n << BigInt(laneBitsOf(laneLog2) - 1);
  if (value >= limit) return limit - 1n;
  return value < -limit ? -limit : value;
}

/** `value mod 2^bits` for a low-bits mask given as a logarithm. */
export function lowBits(value: bigint, log2: number): bigint {
  return value & ((1n << BigInt(log2)) - 1n);
}

export function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
