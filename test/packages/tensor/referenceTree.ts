import { keccak_256 } from "@noble/hashes/sha3.js";

export const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

const hashOf = (nodes: readonly string[]): string =>
  hex(keccak_256(Buffer.concat(nodes.map((node) => Buffer.from(node.slice(2), "hex")))));

/** Bytes that depend on the seed alone. */
export function randomWords(count: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: count * 32 }, () => (state = (state * 48_271) % 0x7fffffff) & 0xff);
}

/** Hashes over as many neighbours each. */
function hashed(level: readonly string[], count: number): string[] {
  return Array.from({ length: level.length / count }, (_, i) => hashOf(level.slice(count * i, count * (i + 1))));
}

/** Every node of a tree by its height, by brute force, padding written out; of words and no leaves if `leafLog2` is 0. */
export function referenceLevels(words: Uint8Array, depth: number, leafLog2: number): Map<number, string[]> {
  const padded = new Uint8Array(2 ** depth * 32);
  padded.set(words);
  let level = Array.from({ length: 2 ** depth }, (_, i) => hex(padded.subarray(i * 32, i * 32 + 32)));
  const levels = new Map([[0, level]]);
  if (leafLog2 > 0) levels.set(leafLog2, (level = hashed(level, 2 ** leafLog2)));
  for (let height = leafLog2 + 1; height <= depth; height++) levels.set(height, (level = hashed(level, 2)));
  return levels;
}

/** Root over a power of two of words, a leaf at least, or over as many nodes. */
export function rootOf(level: readonly string[], leafLog2: number): string {
  if (leafLog2 > 0) return rootOf(hashed(level, 2 ** leafLog2), 0);
  return level.length === 1 ? level[0]! : rootOf(hashed(level, 2), 0);
}

/** Root above `2^height` words at a position, given what lies beside them: as the chain folds. */
export function foldWords(
  words: readonly string[],
  position: number,
  siblings: readonly string[],
  leafLog2: number,
): string {
  const others = Math.max(0, 2 ** leafLog2 - words.length);
  const before = others === 0 ? 0 : (position * words.length) % 2 ** leafLog2;
  const whole = [...siblings.slice(0, before), ...words, ...siblings.slice(before, others)];
  const at = Math.floor((position * words.length) / whole.length);
  return foldNode(rootOf(whole, leafLog2), at, siblings.slice(others));
}

/** Root above a node at a position. */
export function foldNode(node: string, position: number, siblings: readonly string[]): string {
  let [hash, at] = [node, position];
  for (const sibling of siblings) {
    hash = hashOf(at % 2 === 0 ? [hash, sibling] : [sibling, hash]);
    at = Math.floor(at / 2);
  }
  return hash;
}
