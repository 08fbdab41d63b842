import { keccak256 } from "../trace/keccak.ts";
import { bigIntToWord, bytesToBigInt } from "../words.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { rangeAt } from "./kernelMath.ts";
import { field } from "./params.ts";

/** Twin of `Random.sol`, whose page explains it. */
export const random: Kernel = {
  name: "Random",

  first: () => undefined,

  reads: (params: Uint8Array): Range[] => [rangeAt(field(params, 0), 0)],

  compute(params: Uint8Array, piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    const counter = BigInt.asUintN(64, field(params, 1) + BigInt(piece));
    return [bytesToBigInt(keccak256(bigIntToWord(words[0] ?? 0n), bigIntToWord(counter)))];
  },

  laneBits: () => 256,

  extents: (params: Uint8Array): Extent[] => [{ start: Number(field(params, 0)), words: 1 }],

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const counter = field(params, 1);
    if (counter >= 2n ** 52n) return false;
    instance.exports.random(base + 32 * start, usedWords, base + 32 * Number(field(params, 0)), Number(counter));
    return true;
  },
};
