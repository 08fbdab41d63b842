import { divided } from "./imageMath.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  laneBitsOf,
  lanesLog2,
  lowBits,
  rangeAt,
  saturated,
  scaled,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";
import { isFastPool, poolArguments, PoolFlag, summaryOf, type Window, windowOf, windowRanges } from "./poolWindow.ts";

interface Pixel {
  readonly window: Window;
  readonly place: bigint;
  readonly errorRow: bigint;
  readonly errorLane: bigint;
}

function pixelAt(params: Uint8Array, piece: number, lane: number): Pixel | undefined {
  const rowLog2 = log2Field(params, 5);
  const element = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 6));
  const [picture, y] = divided(BigInt(piece) >> BigInt(rowLog2), field(params, 2));
  const [x, channel] = divided(element, field(params, 4));
  const stride = field(params, 9);
  if (x >= field(params, 3) || field(params, 2) === 0n || stride === 0n) return undefined;
  const [row, below] = divided(y, stride);
  const [column, beside] = divided(x, stride);
  if (row >= field(params, 10) || column >= field(params, 11)) return undefined;
  const errorRow = picture * field(params, 10) + row;
  const errorLane = column * field(params, 4) + channel;
  const window = windowOf(params, errorRow, errorLane);
  if (window === undefined || below >= window.height || beside >= window.width) return undefined;
  return { window, place: below * window.width + beside, errorRow, errorLane };
}

/** Twin of `PoolGradient.sol`, whose page explains it. */
export const poolGradient: Kernel = {
  name: "PoolGradient",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const pixel = pixelAt(params, piece, lane);
    if (pixel === undefined) return [];
    const word = pixel.errorLane >> BigInt(lanesLog2(log2Field(params, 6)));
    return [
      ...(hasFlag(params, 13, PoolFlag.Max) ? windowRanges(params, pixel.window) : []),
      rangeAt(field(params, 16) + (pixel.errorRow << BigInt(log2Field(params, 12))) + word, 0),
    ];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const pixel = pixelAt(params, piece, lane);
    const laneLog2 = log2Field(params, 6);
    if (pixel === undefined) return [0n];
    if (hasFlag(params, 13, PoolFlag.Max)) {
      const { place } = summaryOf(pixel.window, words, laneLog2);
      if (place !== pixel.place) return [0n];
      const word = words[Number(pixel.window.height) * 2 ** pixel.window.log2];
      return toLane(signedLane(word, laneLog2, pixel.errorLane), laneLog2);
    }
    const error = BigInt.asIntN(32, signedLane(words[0], laneLog2, pixel.errorLane));
    return toLane(saturated(scaled(error, signedField(params, 14, 32), field(params, 15)), laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 6)),

  extents(params: Uint8Array): Extent[] {
    const rows = (height: number): number => Number(field(params, 1) * field(params, height));
    return [
      { start: Number(field(params, 0)), words: rows(2) * 2 ** log2Field(params, 5) },
      { start: Number(field(params, 16)), words: rows(10) * 2 ** log2Field(params, 12) },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const outRowLanes = BigInt(2 ** (log2Field(params, 12) + lanesLog2(log2Field(params, 6))));
    if (!isFastPool(params) || field(params, 11) * field(params, 4) > outRowLanes) return false;
    instance.exports.poolGradient(
      ...poolArguments(params, base, start, usedWords),
      base + 32 * Number(field(params, 16)),
    );
    return true;
  },
};
