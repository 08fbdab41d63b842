/** Kernel params: 64-bit fields, big-endian, packed; a missing field is zero, as in the contracts. */

export function encodeParams(fields: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(fields.length * 8);
  const view = new DataView(bytes.buffer);
  fields.forEach((field, i) => {
    view.setBigUint64(8 * i, BigInt.asUintN(64, BigInt(field)));
  });
  return bytes;
}

export function field(params: Uint8Array, index: number): bigint {
  const start = 8 * index;
  if (start + 8 > params.length) return 0n;
  return new DataView(params.buffer, params.byteOffset, params.byteLength).getBigUint64(start);
}
