import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  lanesLog2,
  lowBits,
  minimum,
  rangeAt,
  saturated,
  signedLane,
  toLane,
  unsignedLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const SoftmaxFlag = { Labels: 1n } as const;

const [INT8, INT16, INT32] = [3, 4, 5];
const DEFAULT_ONE = 127n;
const LEAST = -(2n ** 31n);
const MAX_CLASSES = 256n;

function classesOf(params: Uint8Array): bigint {
  const lanes = 1n << BigInt(log2Field(params, 1) + lanesLog2(INT32));
  return minimum(field(params, 2), minimum(lanes, MAX_CLASSES));
}

function oneOf(params: Uint8Array): bigint {
  const given = BigInt.asUintN(16, field(params, 9));
  return given === 0n ? DEFAULT_ONE : given;
}

function cellOf(params: Uint8Array, piece: number, lane: number): { row: bigint; class_: bigint } {
  const rowLog2 = log2Field(params, 6);
  return {
    row: BigInt(piece) >> BigInt(rowLog2),
    class_: elementOf(lowBits(BigInt(piece), rowLog2), lane, INT8),
  };
}

function logitOf(words: readonly bigint[], index: bigint): bigint {
  return signedLane(words[Number(index >> BigInt(lanesLog2(INT32)))], INT32, index);
}

function exponentials(params: Uint8Array, words: readonly bigint[]): bigint[] {
  const tableAt = 1n << BigInt(log2Field(params, 1));
  const last = (1n << BigInt(log2Field(params, 4) + lanesLog2(INT16))) - 1n;
  const shift = field(params, 5);
  const logits = Array.from({ length: Number(classesOf(params)) }, (_, i) => logitOf(words, BigInt(i)));
  const max = logits.reduce((most, logit) => (logit > most ? logit : most), LEAST);
  return logits.map((logit) => {
    const index = shift > 32n ? 0n : minimum((max - logit) >> shift, last);
    return unsignedLane(words[Number(tableAt + (index >> BigInt(lanesLog2(INT16))))], INT16, index);
  });
}

/** Twin of `Softmax.sol`, whose page explains it. */
export const softmax: Kernel = {
  name: "Softmax",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const { row, class_ } = cellOf(params, piece, lane);
    if (class_ >= classesOf(params)) return [];
    const rowLog2 = log2Field(params, 1);
    const ranges = [
      rangeAt(field(params, 0) + (row << BigInt(rowLog2)), rowLog2),
      rangeAt(field(params, 3), log2Field(params, 4)),
    ];
    if (hasFlag(params, 7, SoftmaxFlag.Labels))
      ranges.push(rangeAt(field(params, 8) + (row >> BigInt(lanesLog2(INT8))), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const { row, class_ } = cellOf(params, piece, lane);
    if (class_ >= classesOf(params)) return [0n];
    const all = exponentials(params, words);
    const sum = all.reduce((total, each) => total + each, 0n);
    const one = oneOf(params);
    let value = sum === 0n ? 0n : (one * (all[Number(class_)] ?? 0n) + sum / 2n) / sum;
    if (hasFlag(params, 7, SoftmaxFlag.Labels)) {
      const labels = words[2 ** log2Field(params, 1) + 2 ** log2Field(params, 4)];
      if (unsignedLane(labels, INT8, row) === class_) value -= one;
    }
    return toLane(saturated(value + signedField(params, 10, 32), INT8), INT8);
  },

  laneBits: () => 8,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rows = Math.ceil(usedWords / 2 ** log2Field(params, 6));
    return [
      { start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 1) },
      { start: Number(field(params, 3)), words: 2 ** log2Field(params, 4) },
      ...(hasFlag(params, 7, SoftmaxFlag.Labels)
        ? [{ start: Number(field(params, 8)), words: Math.ceil(rows / 32) }]
        : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    instance.exports.softmax(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      log2Field(params, 1),
      Number(classesOf(params)),
      base + 32 * Number(field(params, 3)),
      log2Field(params, 4),
      Number(field(params, 5) > 63n ? 63n : field(params, 5)),
      log2Field(params, 6),
      hasFlag(params, 7, SoftmaxFlag.Labels) ? base + 32 * Number(field(params, 8)) : 0,
      Number(oneOf(params)),
      Number(signedField(params, 10, 32)),
    );
    return true;
  },
};
