import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lanesLog2, minimum, rangeAt, signedLane, toLane } from "./kernelMath.ts";
import { field, log2Field } from "./params.ts";

/** Twin of `ArgMax.sol`, whose page explains it. */
export const argMax: Kernel = {
  name: "ArgMax",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const row = elementOf(BigInt(piece), lane, log2Field(params, 5));
    if (row >= field(params, 1)) return [];
    const rowLog2 = log2Field(params, 3);
    return [rangeAt(field(params, 0) + (row << BigInt(rowLog2)), rowLog2)];
  },

  compute(params: Uint8Array, _piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 4);
    const lanes = BigInt(words.length) << BigInt(lanesLog2(laneLog2));
    const columns = laneLog2 < 3 ? 0n : minimum(field(params, 2), lanes);
    let [index, max] = [0n, -(2n ** 255n)];
    for (let column = 0n; column < columns; column++) {
      const value = signedLane(words[Number(column >> BigInt(lanesLog2(laneLog2)))], laneLog2, column);
      if (value > max) [index, max] = [column, value];
    }
    return toLane(index, log2Field(params, 5));
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 5)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rows = Math.min(Number(field(params, 1)), usedWords << lanesLog2(log2Field(params, 5)));
    return [{ start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 3) }];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [inLog2, outLog2] = [log2Field(params, 4), log2Field(params, 5)];
    if (Math.min(inLog2, outLog2) < 3 || Math.max(inLog2, outLog2) > 5) return false;
    const lanes = BigInt(2 ** (log2Field(params, 3) + lanesLog2(inLog2)));
    const results = usedWords << lanesLog2(outLog2);
    instance.exports.argMax(
      base + 32 * start,
      results,
      outLog2,
      base + 32 * Number(field(params, 0)),
      Number(minimum(field(params, 1), BigInt(results))),
      Number(minimum(field(params, 2), lanes)),
      log2Field(params, 3),
      inLog2,
    );
    return true;
  },
};
