import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  laneBitsOf,
  lanesLog2,
  lowBits,
  minimum,
  rangeAt,
  saturated,
  scaled,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const SumFlag = { Columns: 1n, Addend: 2n } as const;

const MAX_RANGE_LOG2 = 8;
const MAX_FAST = 2n ** 24n;

/** What a lane is the sum of: `count` lanes, every `step`-th from `from` on, of a range that begins with `row`. */
interface Lanes {
  readonly row: bigint;
  readonly log2: number;
  readonly from: bigint;
  readonly step: bigint;
  readonly count: bigint;
}

function lanesOf(params: Uint8Array, piece: number, lane: number): Lanes {
  const rowLog2 = log2Field(params, 3);
  const rowLanes = BigInt(2 ** (rowLog2 + lanesLog2(log2Field(params, 4))));
  const [rows, columns] = [field(params, 1), field(params, 2)];
  if (!hasFlag(params, 8, SumFlag.Columns)) {
    const row = elementOf(BigInt(piece), lane, log2Field(params, 5));
    return { row, log2: rowLog2, from: 0n, step: 1n, count: row < rows ? minimum(columns, rowLanes) : 0n };
  }
  const [outRowLog2, group] = [log2Field(params, 10), log2Field(params, 9)];
  const row = (BigInt(piece) >> BigInt(outRowLog2)) << BigInt(group);
  const from = elementOf(lowBits(BigInt(piece), outRowLog2), lane, log2Field(params, 5));
  const isInside = row < rows && from < columns && from < rowLanes;
  const count = isInside ? minimum(rows - row, BigInt(2 ** group)) : 0n;
  return { row, log2: rowLog2 + group, from, step: rowLanes, count };
}

/** Twin of `Sum.sol`, whose page explains it. */
export const sum: Kernel = {
  name: "Sum",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const { row, log2, count } = lanesOf(params, piece, lane);
    return [
      ...(count === 0n ? [] : [rangeAt(field(params, 0) + (row << BigInt(log2Field(params, 3))), log2)]),
      ...(hasFlag(params, 8, SumFlag.Addend) ? [rangeAt(field(params, 11) + BigInt(piece), 0)] : []),
    ];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const [inLog2, laneLog2] = [log2Field(params, 4), log2Field(params, 5)];
    const lanes = lanesOf(params, piece, lane);
    let total = 0n;
    const end = BigInt(words.length * 2 ** lanesLog2(inLog2));
    if (lanes.log2 <= MAX_RANGE_LOG2 && inLog2 >= 3)
      for (let i = 0n, at = lanes.from; i < lanes.count && at < end; i++, at += lanes.step)
        total += signedLane(words[Number(at >> BigInt(lanesLog2(inLog2)))], inLog2, at);
    let value = scaled(BigInt.asIntN(32, total), signedField(params, 6, 32), field(params, 7));
    if (hasFlag(params, 8, SumFlag.Addend))
      value += signedLane(words[lanes.count === 0n ? 0 : 2 ** lanes.log2], laneLog2, BigInt(lane));
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 5)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    // The last range of a column is a whole one, though some of its rows may not be summed.
    const group = hasFlag(params, 8, SumFlag.Columns) ? 2 ** log2Field(params, 9) : 1;
    const rows = Math.ceil(Number(field(params, 1)) / group) * group;
    return [
      { start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 3) },
      ...(hasFlag(params, 8, SumFlag.Addend) ? [{ start: Number(field(params, 11)), words: usedWords }] : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [rowLog2, inLog2, outLog2] = [log2Field(params, 3), log2Field(params, 4), log2Field(params, 5)];
    const isColumns = hasFlag(params, 8, SumFlag.Columns);
    const group = isColumns ? log2Field(params, 9) : 0;
    const rowLanes = 2 ** (rowLog2 + lanesLog2(inLog2));
    const isSound =
      Math.min(inLog2, outLog2) >= 3 &&
      Math.max(inLog2, outLog2) <= 5 &&
      rowLog2 + group <= MAX_RANGE_LOG2 &&
      field(params, 1) <= MAX_FAST;
    if (!isSound) return false;
    const shift = field(params, 7);
    instance.exports.sum(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      Number(field(params, 1)),
      Number(minimum(field(params, 2), BigInt(rowLanes))),
      rowLog2,
      inLog2,
      outLog2,
      Number(signedField(params, 6, 32)),
      Number(shift > 64n ? 64n : shift),
      isColumns ? 1 : 0,
      2 ** group,
      log2Field(params, 10),
      hasFlag(params, 8, SumFlag.Addend) ? base + 32 * Number(field(params, 11)) : 0,
    );
    return true;
  },
};
