import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lanesLog2, rangeAt, saturated, scaled, signedLane, toLane } from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const RequantiseFlag = { Relu: 1n, Addend: 2n } as const;

/** Twin of `Requantise.sol`, whose page explains it. */
export const requantise: Kernel = {
  name: "Requantise",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const element = elementOf(BigInt(piece), lane, log2Field(params, 2));
    const word = element >> BigInt(lanesLog2(log2Field(params, 1)));
    const ranges = [rangeAt(field(params, 0) + word, 0)];
    if (hasFlag(params, 5, RequantiseFlag.Addend)) ranges.push(rangeAt(field(params, 6) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 2);
    const operand = signedLane(words[0], log2Field(params, 1), elementOf(BigInt(piece), lane, laneLog2));
    let value = scaled(BigInt.asIntN(32, operand), signedField(params, 3, 32), field(params, 4));
    if (hasFlag(params, 5, RequantiseFlag.Addend)) value += signedLane(words[1], laneLog2, BigInt(lane));
    if (hasFlag(params, 5, RequantiseFlag.Relu) && value < 0n) value = 0n;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 2)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const words = Math.ceil(usedWords * 2 ** (lanesLog2(log2Field(params, 2)) - lanesLog2(log2Field(params, 1))));
    return [
      { start: Number(field(params, 0)), words },
      ...(hasFlag(params, 5, RequantiseFlag.Addend) ? [{ start: Number(field(params, 6)), words: usedWords }] : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [inLog2, outLog2] = [log2Field(params, 1), log2Field(params, 2)];
    if (Math.min(inLog2, outLog2) < 3 || Math.max(inLog2, outLog2) > 5) return false;
    const hasAddend = hasFlag(params, 5, RequantiseFlag.Addend);
    instance.exports.requantise(
      base + 32 * start,
      usedWords << lanesLog2(outLog2),
      outLog2,
      base + 32 * Number(field(params, 0)),
      inLog2,
      Number(signedField(params, 3, 32)),
      Number(field(params, 4) > 64n ? 64n : field(params, 4)),
      Number(field(params, 5) & 3n),
      hasAddend ? base + 32 * Number(field(params, 6)) : 0,
    );
    return true;
  },
};
