import { ByteLanes, cover, divided, type Span, span } from "./imageMath.ts";
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

export const ConvolutionFlag = { Relu: 1n, Bias: 2n, Mask: 4n } as const;

export const MAX_FILTER_ROWS = 7;
const MAX_ROW_LOG2 = 8;
const INT32 = 5;

/** Numbers that the fast path computes with. */
const MAX_FAST = 2n ** 20n;

interface View {
  readonly picture: bigint;
  readonly filter: bigint;
  readonly rows: Span;
  readonly pixelByte: bigint;
  readonly tapByte: bigint;
  readonly length: bigint;
  readonly word: bigint;
  readonly log2: number;
}

/** Where a lane of the result looks; undefined if it is outside of it. */
function viewOf(params: Uint8Array, piece: number, lane: number): View | undefined {
  const rowLog2 = log2Field(params, 15);
  const [picture, row] = divided(BigInt(piece) >> BigInt(rowLog2), field(params, 13));
  const element = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 16));
  const [column, filter] = divided(element, field(params, 7));
  if (field(params, 13) === 0n || field(params, 7) === 0n) return undefined;
  if (picture >= field(params, 1) || column >= field(params, 14)) return undefined;
  const spanOf = (position: bigint, size: bigint, limit: bigint): Span =>
    span(position, field(params, 11), field(params, 12), size, limit);
  const rows = spanOf(row, minimum(field(params, 8), BigInt(MAX_FILTER_ROWS)), field(params, 2));
  const columns = spanOf(column, field(params, 9), field(params, 3));
  const nothing = { picture, filter, rows, pixelByte: 0n, tapByte: 0n, length: 0n, word: 0n, log2: 0 };
  const pixelRowLog2 = log2Field(params, 5);
  if (rows.count === 0n || columns.count === 0n || pixelRowLog2 > MAX_ROW_LOG2) return nothing;
  const channels = field(params, 4);
  const begin = (columns.origin + columns.from) * channels;
  const end = minimum(begin + columns.count * channels, BigInt(32 * 2 ** pixelRowLog2));
  if (begin >= end) return nothing;
  const tapByte = columns.from * channels;
  return { picture, filter, rows, pixelByte: begin, tapByte, length: end - begin, ...cover(begin, end) };
}

function dot(params: Uint8Array, view: View, words: readonly bigint[]): bigint {
  const tapPitch = field(params, 9) * field(params, 4);
  const rangeBytes = BigInt(32 * 2 ** view.log2);
  const lanes = new ByteLanes(words);
  let pixels = view.pixelByte - (view.word << 5n);
  let taps = view.rows.count * rangeBytes + view.rows.from * tapPitch + view.tapByte;
  let sum = 0n;
  for (let i = 0n; i < view.rows.count; i++) {
    sum += lanes.run(pixels, taps, view.length);
    pixels += rangeBytes;
    taps += tapPitch;
  }
  return sum;
}

/** Twin of `Convolution.sol`, whose page explains it. */
export const convolution: Kernel = {
  name: "Convolution",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const view = viewOf(params, piece, lane);
    const ranges: Range[] = [];
    if (view !== undefined && view.length !== 0n) {
      const row = view.picture * field(params, 2) + view.rows.origin + view.rows.from;
      for (let i = 0n; i < view.rows.count; i++) {
        const start = field(params, 0) + ((row + i) << BigInt(log2Field(params, 5))) + view.word;
        ranges.push(rangeAt(start, view.log2));
      }
      const filterLog2 = log2Field(params, 10);
      ranges.push(rangeAt(field(params, 6) + (view.filter << BigInt(filterLog2)), filterLog2));
    }
    if (view !== undefined && hasFlag(params, 19, ConvolutionFlag.Bias))
      ranges.push(rangeAt(field(params, 20) + (view.filter >> 3n), 0));
    if (hasFlag(params, 19, ConvolutionFlag.Mask)) ranges.push(rangeAt(field(params, 21) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const view = viewOf(params, piece, lane);
    const laneLog2 = log2Field(params, 16);
    let sum = 0n;
    let next = 0;
    if (view !== undefined && view.length !== 0n) {
      sum = dot(params, view, words);
      next = Number(view.rows.count) * 2 ** view.log2 + 2 ** log2Field(params, 10);
    }
    if (view !== undefined && hasFlag(params, 19, ConvolutionFlag.Bias))
      sum += signedLane(words[next++], INT32, view.filter);
    let value = scaled(BigInt.asIntN(32, sum), signedField(params, 17, 32), field(params, 18));
    if (hasFlag(params, 19, ConvolutionFlag.Mask) && signedLane(words[next], laneLog2, BigInt(lane)) <= 0n) value = 0n;
    if (hasFlag(params, 19, ConvolutionFlag.Relu) && value < 0n) value = 0n;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 16)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const filters = Number(field(params, 7));
    return [
      {
        start: Number(field(params, 0)),
        words: Number(field(params, 1) * field(params, 2)) * 2 ** log2Field(params, 5),
      },
      { start: Number(field(params, 6)), words: filters * 2 ** log2Field(params, 10) },
      ...(hasFlag(params, 19, ConvolutionFlag.Bias)
        ? [{ start: Number(field(params, 20)), words: Math.ceil(filters / 8) }]
        : []),
      ...(hasFlag(params, 19, ConvolutionFlag.Mask) ? [{ start: Number(field(params, 21)), words: usedWords }] : []),
    ];
  },

  rowWords: (params) => 2 ** log2Field(params, 15),

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, end: number, from = 0): boolean {
    const [rowLog2, filterLog2, laneLog2] = [log2Field(params, 5), log2Field(params, 10), log2Field(params, 16)];
    const sizes = [1, 2, 3, 4, 7, 8, 9, 11, 12, 13, 14].map((index) => field(params, index));
    if (laneLog2 < 3 || laneLog2 > INT32 || sizes.some((size) => size > MAX_FAST)) return false;
    const [count, height, width, channels, filters, filterHeight, filterWidth, stride, padding, outHeight, outWidth] =
      sizes.map(Number) as [number, number, number, number, number, number, number, number, number, number, number];
    // What does not fit into its row is cut off in ways that are not worth being fast.
    const isSound =
      rowLog2 <= MAX_ROW_LOG2 &&
      filterLog2 <= MAX_ROW_LOG2 &&
      filterHeight <= MAX_FILTER_ROWS &&
      width * channels <= 32 * 2 ** rowLog2 &&
      filterHeight * filterWidth * channels <= 32 * 2 ** filterLog2;
    if (!isSound) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    const shift = field(params, 18);
    instance.exports.convolution(
      base + 32 * start,
      end,
      from,
      at(0),
      count,
      height,
      width,
      channels,
      rowLog2,
      at(6),
      filters,
      filterHeight,
      filterWidth,
      filterLog2,
      stride,
      padding,
      outHeight,
      outWidth,
      log2Field(params, 15),
      laneLog2,
      Number(signedField(params, 17, 32)),
      Number(shift > 64n ? 64n : shift),
      Number(field(params, 19) & 7n),
      hasFlag(params, 19, ConvolutionFlag.Bias) ? at(20) : 0,
      hasFlag(params, 19, ConvolutionFlag.Mask) ? at(21) : 0,
    );
    return true;
  },
};
