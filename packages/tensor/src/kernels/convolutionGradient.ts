import { ByteLanes, divided, type Span, span } from "./imageMath.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  laneBitsOf,
  lowBits,
  minimum,
  rangeAt,
  saturated,
  scaled,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const ConvolutionGradientFlag = { Addend: 1n } as const;

/** Rows of errors that one lane sums. */
export const MAX_RUNS = 256n;

const MAX_FAST = 2n ** 20n;

interface Tap {
  readonly filter: bigint;
  readonly channel: bigint;
  readonly rows: Span;
  readonly columns: Span;
}

function tapOf(params: Uint8Array, piece: number, lane: number): Tap | undefined {
  const rowLog2 = log2Field(params, 16);
  const filter = BigInt(piece) >> BigInt(rowLog2);
  const element = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 17));
  const [place, channel] = divided(element, field(params, 4));
  const [row, column] = divided(place, field(params, 14));
  if (filter >= field(params, 7) || row >= field(params, 13)) return undefined;
  if (field(params, 4) === 0n || field(params, 14) === 0n) return undefined;
  const padding = field(params, 15);
  return {
    filter,
    channel,
    rows: span(row, 1n, padding, field(params, 8), field(params, 2)),
    columns: span(column, 1n, padding, field(params, 9), field(params, 3)),
  };
}

function planeWords(params: Uint8Array): number {
  return (2 ** log2Field(params, 5) + 2 ** log2Field(params, 10)) * 2 ** log2Field(params, 12);
}

function dot(params: Uint8Array, { rows, columns }: Tap, words: readonly bigint[]): bigint {
  if (rows.count === 0n || columns.count === 0n) return 0n;
  const lanes = new ByteLanes(words);
  const [width, errorWidth] = [field(params, 3), field(params, 9)];
  const [picturePlane, errorPlane] = [BigInt(32 * 2 ** log2Field(params, 5)), BigInt(32 * 2 ** log2Field(params, 10))];
  const group = BigInt(2 ** log2Field(params, 12));
  let sum = 0n;
  let runs = MAX_RUNS;
  for (let n = 0n; n < group && runs > 0n; n++) {
    const count = minimum(rows.count, runs);
    const picture = n * picturePlane + (rows.origin + rows.from) * width + columns.origin + columns.from;
    const errors = group * picturePlane + n * errorPlane + rows.from * errorWidth + columns.from;
    for (let i = 0n; i < count; i++) sum += lanes.run(picture + i * width, errors + i * errorWidth, columns.count);
    runs -= count;
  }
  return sum;
}

/** Twin of `ConvolutionGradient.sol`, whose page explains it. */
export const convolutionGradient: Kernel = {
  name: "ConvolutionGradient",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const tap = tapOf(params, piece, lane);
    const group = log2Field(params, 12);
    const planes = (operand: number, planeLog2: number, plane: bigint): Range =>
      rangeAt(field(params, operand) + (plane << BigInt(planeLog2)), planeLog2 + group);
    const ranges: Range[] = [];
    if (tap !== undefined) {
      const [count, first] = [field(params, 1), field(params, 11)];
      ranges.push(planes(0, log2Field(params, 5), tap.channel * count + first));
      ranges.push(planes(6, log2Field(params, 10), tap.filter * count + first));
    }
    if (hasFlag(params, 20, ConvolutionGradientFlag.Addend)) ranges.push(rangeAt(field(params, 21) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const tap = tapOf(params, piece, lane);
    const laneLog2 = log2Field(params, 17);
    const sum = tap === undefined ? 0n : dot(params, tap, words);
    let value = scaled(BigInt.asIntN(32, sum), signedField(params, 18, 32), field(params, 19));
    if (hasFlag(params, 20, ConvolutionGradientFlag.Addend))
      value += signedLane(words[tap === undefined ? 0 : planeWords(params)], laneLog2, BigInt(lane));
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 17)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const count = field(params, 1);
    const planes = (channels: bigint, planeLog2: number): number => Number(channels * count) * 2 ** planeLog2;
    return [
      { start: Number(field(params, 0)), words: planes(field(params, 4), log2Field(params, 5)) },
      { start: Number(field(params, 6)), words: planes(field(params, 7), log2Field(params, 10)) },
      ...(hasFlag(params, 20, ConvolutionGradientFlag.Addend)
        ? [{ start: Number(field(params, 21)), words: usedWords }]
        : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [pictureLog2, errorLog2, group] = [log2Field(params, 5), log2Field(params, 10), log2Field(params, 12)];
    const laneLog2 = log2Field(params, 17);
    const sizes = [1, 2, 3, 4, 7, 8, 9, 11, 13, 14, 15].map((index) => field(params, index));
    if (laneLog2 < 3 || laneLog2 > 5 || sizes.some((size) => size > MAX_FAST)) return false;
    const [
      count,
      height,
      width,
      channels,
      filters,
      errorHeight,
      errorWidth,
      first,
      filterHeight,
      filterWidth,
      padding,
    ] = sizes.map(Number) as [number, number, number, number, number, number, number, number, number, number, number];
    const isSound =
      pictureLog2 + group <= 8 &&
      errorLog2 + group <= 8 &&
      height * width <= 32 * 2 ** pictureLog2 &&
      errorHeight * errorWidth <= 32 * 2 ** errorLog2 &&
      errorHeight * 2 ** group <= Number(MAX_RUNS) &&
      first + 2 ** group <= count;
    if (!isSound) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    const shift = field(params, 19);
    instance.exports.convolutionGradient(
      base + 32 * start,
      usedWords,
      at(0),
      count,
      height,
      width,
      channels,
      pictureLog2,
      at(6),
      filters,
      errorHeight,
      errorWidth,
      errorLog2,
      first,
      2 ** group,
      filterHeight,
      filterWidth,
      padding,
      log2Field(params, 16),
      laneLog2,
      Number(signedField(params, 18, 32)),
      Number(shift > 64n ? 64n : shift),
      hasFlag(params, 20, ConvolutionGradientFlag.Addend) ? at(21) : 0,
    );
    return true;
  },
};
