import { fromHex, ZERO_WORD } from "../words.ts";
import { keccak256 } from "./keccak.ts";

const roots: Uint8Array[] = [fromHex(ZERO_WORD)];

/** Root of a tree of `2^height` zero words: a zero word, then the hash of two of the former. */
export function zeroRoot(height: number): Uint8Array {
  for (let last = roots.length - 1; last < height; last++) {
    const below = roots[last] as Uint8Array;
    roots.push(keccak256(below, below));
  }
  return roots[height] as Uint8Array;
}
