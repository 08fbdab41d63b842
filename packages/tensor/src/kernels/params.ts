import { TensorError } from "../errors.ts";

/** Kernel params: 64-bit fields, big-endian, packed; a missing field is zero, as in the contracts. */

const LOG2_MASK = 15;

export function encodeParams(fields: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(fields.length * 8);
  const view = new DataView(bytes.buffer);
  fields.forEach((value, i) => {
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw new TensorError("BAD_PROGRAM", `field ${i} of the params is ${value}`, "give whole numbers below 2^53");
    view.setBigUint64(8 * i, BigInt.asUintN(64, BigInt(value)));
  });
  return bytes;
}

export function field(params: Uint8Array, index: number): bigint {
  const start = 8 * index;
  if (start + 8 > params.length) return 0n;
  return new DataView(params.buffer, params.byteOffset, params.byteLength).getBigUint64(start);
}

/** A field that is a logarithm: its low four bits. */
export function log2Field(params: Uint8Array, index: number): number {
  return Number(field(params, index)) & LOG2_MASK;
}

export function signedField(params: Uint8Array, index: number, bits: number): bigint {
  return BigInt.asIntN(bits, field(params, index));
}

export function hasFlag(params: Uint8Array, index: number, flag: bigint): boolean {
  return (field(params, index) & flag) !== 0n;
}
