import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementwiseWords, isNarrow } from "./fastPath.ts";
import {
  elementOf,
  laneBitsOf,
  lanesLog2,
  lowBits,
  rangeAt,
  rounded,
  saturated,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const ElementwiseFlag = { Relu: 1n, Broadcast: 2n } as const;

export const ElementwiseOperation = { Add: 0, Multiply: 1, Min: 2, Max: 3, Select: 4 } as const;

const SELECT = BigInt(ElementwiseOperation.Select);

function rightElement(params: Uint8Array, piece: number, lane: number): bigint {
  const isRow = hasFlag(params, 9, ElementwiseFlag.Broadcast);
  const word = isRow ? lowBits(BigInt(piece), log2Field(params, 10)) : BigInt(piece);
  return elementOf(word, lane, log2Field(params, 5));
}

function combined(params: Uint8Array, left: bigint, right: bigint, isChosen: boolean): bigint {
  const scale = signedField(params, 6, 32);
  switch (field(params, 0)) {
    case 0n:
      return left * scale + right * signedField(params, 7, 32);
    case 1n:
      return BigInt.asIntN(32, left * right) * scale;
    case 2n:
      return (left < right ? left : right) * scale;
    case 3n:
      return (left > right ? left : right) * scale;
    case SELECT:
      return (isChosen ? left : right) * scale;
    default:
      return 0n;
  }
}

/** Twin of `Elementwise.sol`, whose page explains it. */
export const elementwise: Kernel = {
  name: "Elementwise",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const element = elementOf(BigInt(piece), lane, log2Field(params, 5));
    const right = rightElement(params, piece, lane);
    const ranges = [
      rangeAt(field(params, 1) + (element >> BigInt(lanesLog2(log2Field(params, 2)))), 0),
      rangeAt(field(params, 3) + (right >> BigInt(lanesLog2(log2Field(params, 4)))), 0),
    ];
    if (field(params, 0) === SELECT) ranges.push(rangeAt(field(params, 11) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 5);
    const element = elementOf(BigInt(piece), lane, laneLog2);
    const left = BigInt.asIntN(32, signedLane(words[0], log2Field(params, 2), element));
    const right = BigInt.asIntN(32, signedLane(words[1], log2Field(params, 4), rightElement(params, piece, lane)));
    const isChosen = signedLane(words[2], laneLog2, BigInt(lane)) > 0n;
    let value = rounded(combined(params, left, right, isChosen), field(params, 8));
    if (hasFlag(params, 9, ElementwiseFlag.Relu) && value < 0n) value = 0n;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 5)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const outLog2 = log2Field(params, 5);
    const isRow = hasFlag(params, 9, ElementwiseFlag.Broadcast);
    const rightWords = isRow ? Math.min(usedWords, 2 ** log2Field(params, 10)) : usedWords;
    return [
      { start: Number(field(params, 1)), words: elementwiseWords(usedWords, outLog2, log2Field(params, 2)) },
      { start: Number(field(params, 3)), words: elementwiseWords(rightWords, outLog2, log2Field(params, 4)) },
      ...(field(params, 0) === SELECT ? [{ start: Number(field(params, 11)), words: usedWords }] : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [leftLog2, rightLog2, outLog2] = [log2Field(params, 2), log2Field(params, 4), log2Field(params, 5)];
    const [leftScale, rightScale] = [Number(signedField(params, 6, 32)), Number(signedField(params, 7, 32))];
    // Two products, and half a unit, must fit into 64 bits.
    if (!isNarrow(leftLog2, rightLog2, outLog2) || Math.abs(leftScale) + Math.abs(rightScale) >= 2 ** 31) return false;
    const isRow = hasFlag(params, 9, ElementwiseFlag.Broadcast);
    const shift = field(params, 8);
    const operation = field(params, 0);
    instance.exports.elementwise(
      base + 32 * start,
      usedWords << lanesLog2(outLog2),
      outLog2,
      Number(operation > 5n ? 5n : operation),
      base + 32 * Number(field(params, 1)),
      leftLog2,
      leftScale,
      base + 32 * Number(field(params, 3)),
      rightLog2,
      rightScale,
      // Lanes of the right operand, less one where it is a row for all: a mask.
      isRow ? 2 ** (log2Field(params, 10) + lanesLog2(outLog2)) - 1 : 0xffff_ffff,
      Number(shift > 64n ? 64n : shift),
      hasFlag(params, 9, ElementwiseFlag.Relu) ? 1 : 0,
      operation === SELECT ? base + 32 * Number(field(params, 11)) : 0,
    );
    return true;
  },
};
