import { fromHex, WORD_BYTES, ZERO_WORD } from "../words.ts";
import { keccak256 } from "./keccak.ts";

const word = fromHex(ZERO_WORD);

/** Roots over zero words from the leaf up, by the logarithm of a leaf's words. */
const known: Uint8Array[][] = [];

/** Root of a tree of `2^height` zero words: a word, a leaf, then the hash of two of the former. */
export function zeroRoot(height: number, leafLog2: number): Uint8Array {
  if (height === 0) return word;
  const roots = (known[leafLog2] ??= [leafLog2 === 0 ? word : keccak256(new Uint8Array(2 ** leafLog2 * WORD_BYTES))]);
  for (let last = roots.length - 1; last < height - leafLog2; last++) {
    const below = roots[last] as Uint8Array;
    roots.push(keccak256(below, below));
  }
  return roots[height - leafLog2] as Uint8Array;
}
