import { keccak } from "./keccak.js";

/** One node's part of a report; the contract's `Leaf`. */
export interface Leaf {
  readonly epoch: number;
  readonly index: number;
  readonly nodeId: bigint;
  readonly provider: string;
  readonly bitmap: bigint;
  readonly points: bigint;
  readonly pointsBefore: bigint;
  readonly rawCumulativeReward: bigint;
}

/** ABI types of a leaf's fields, in order, as `StandardMerkleTree` takes them. */
export const leafTypes = ["uint32", "uint32", "uint64", "address", "uint256", "uint128", "uint256", "uint128"] as const;

/** Fields of a leaf in order. */
export function leafValues(leaf: Leaf): [number, number, bigint, string, bigint, bigint, bigint, bigint] {
  const { epoch, index, nodeId, provider, bitmap, points, pointsBefore, rawCumulativeReward } = leaf;
  return [epoch, index, nodeId, provider, bitmap, points, pointsBefore, rawCumulativeReward];
}

/** ABI encoding of value types: one word each. */
export function encodeWords(values: readonly (bigint | number | string)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 32);
  const view = new DataView(bytes.buffer);
  values.forEach((value, word) => {
    let rest = BigInt(value);
    for (let offset = word * 32 + 24; offset >= word * 32 && rest !== 0n; offset -= 8) {
      view.setBigUint64(offset, BigInt.asUintN(64, rest));
      rest >>= 64n;
    }
  });
  return bytes;
}

/** Hash of a leaf of value types: hashed twice, so that no inner branch can pass as a leaf. */
export function hashWords(values: readonly (bigint | number | string)[]): Uint8Array {
  return keccak(keccak(encodeWords(values)));
}

/** Hash of a leaf, as `UptimeLeaf.hash` of the contract. */
export function hashLeaf(leaf: Leaf): Uint8Array {
  return hashWords(leafValues(leaf));
}
