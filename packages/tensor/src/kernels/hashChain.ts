import { keccak256 } from "../trace/keccak.ts";
import { bigIntToWord, bytesToBigInt } from "../words.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { minimum, rangeAt } from "./kernelMath.ts";
import { field } from "./params.ts";

const MAX_ROUNDS = 2_048n;

function roundsOf(params: Uint8Array): bigint {
  return minimum(field(params, 2), MAX_ROUNDS);
}

/** Twin of `HashChain.sol`, whose page explains it. */
export const hashChain: Kernel = {
  name: "HashChain",

  first: () => undefined,

  reads(params: Uint8Array, piece: number): Range[] {
    return [rangeAt(piece === 0 ? field(params, 0) : field(params, 1) + BigInt(piece) - 1n, 0)];
  },

  compute(params: Uint8Array, piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    const rounds = roundsOf(params);
    let word = bigIntToWord(words[0] ?? 0n);
    for (let i = 0n; i < rounds; i++)
      word = keccak256(word, bigIntToWord(BigInt.asUintN(64, BigInt(piece) * rounds + i)));
    return [bytesToBigInt(word)];
  },

  /** Its own words lie before each piece but not before the operator: `run` takes only chains that are one. */
  laneBits: () => 256,

  extents: (params: Uint8Array): Extent[] => [{ start: Number(field(params, 0)), words: 1 }],

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (field(params, 1) !== BigInt(start)) return false;
    const seed = base + 32 * Number(field(params, 0));
    instance.exports.hashChain(base + 32 * start, usedWords, seed, Number(roundsOf(params)));
    return true;
  },
};
