import { cover, divided } from "./imageMath.ts";
import type { Range } from "./Kernel.ts";
import { lanesLog2, minimum, rangeAt, signedLane } from "./kernelMath.ts";
import type { KernelArguments } from "../wasm/TensorModule.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

/** Twin of `PoolWindow.sol`. */

export const PoolFlag = { Max: 1n } as const;

export const MAX_WINDOW_HEIGHT = 6;
export const MAX_WINDOW_WIDTH = 8;
const MAX_ROW_LOG2 = 8;

export interface Window {
  readonly row: bigint;
  readonly height: bigint;
  readonly width: bigint;
  readonly channels: bigint;
  readonly lane: bigint;
  readonly word: bigint;
  readonly log2: number;
}

function within(position: bigint, size: bigint, most: number, limit: bigint): bigint {
  if (position >= limit) return 0n;
  return minimum(limit - position, minimum(size, BigInt(most)));
}

/** The pixels under a lane of the pool's result; undefined if there are none. */
export function windowOf(params: Uint8Array, outRow: bigint, outLane: bigint): Window | undefined {
  const [outHeight, channels, stride] = [field(params, 10), field(params, 4), field(params, 9)];
  const [picture, outY] = divided(outRow, outHeight);
  const [outX, channel] = divided(outLane, channels);
  if (outHeight === 0n || channels === 0n) return undefined;
  if (outX >= field(params, 11) || picture >= field(params, 1)) return undefined;
  const [y, x] = [outY * stride, outX * stride];
  const height = within(y, field(params, 7), MAX_WINDOW_HEIGHT, field(params, 2));
  const width = within(x, field(params, 8), MAX_WINDOW_WIDTH, field(params, 3));
  const [rowLog2, lanes] = [log2Field(params, 5), lanesLog2(log2Field(params, 6))];
  if (height === 0n || width === 0n || rowLog2 > MAX_ROW_LOG2) return undefined;
  const begin = x * channels + channel;
  const last = begin + (width - 1n) * channels;
  if (last >= BigInt(2 ** (rowLog2 + lanes))) return undefined;
  const shift = BigInt(lanes);
  const { word, log2 } = cover((begin >> shift) << 5n, ((last >> shift) + 1n) << 5n);
  const lane = begin - (word << shift);
  return { row: picture * field(params, 2) + y, height, width, channels, lane, word, log2 };
}

export function windowRanges(params: Uint8Array, { row, height, word, log2 }: Window): Range[] {
  return Array.from({ length: Number(height) }, (_, i) =>
    rangeAt(field(params, 0) + ((row + BigInt(i)) << BigInt(log2Field(params, 5))) + word, log2),
  );
}

/** Greatest value, place of the first that is, and sum. */
export function summaryOf(
  { height, width, channels, lane: first, log2 }: Window,
  words: readonly bigint[],
  laneLog2: number,
): { greatest: bigint; place: bigint; sum: bigint } {
  let [greatest, place, sum] = [0n, 0n, 0n];
  for (let i = 0n; i < height; i++)
    for (let j = 0n; j < width; j++) {
      const lane = first + j * channels;
      const word = words[Number(i) * 2 ** log2 + Number(lane >> BigInt(lanesLog2(laneLog2)))];
      const value = signedLane(word, laneLog2, lane);
      sum += value;
      if (value > greatest || i + j === 0n) [greatest, place] = [value, i * width + j];
    }
  return { greatest, place, sum };
}

/** Whether numbers are such that the fast paths are exact and stay in their rows. */
export function isFastPool(params: Uint8Array): boolean {
  const [laneLog2, rowLog2] = [log2Field(params, 6), log2Field(params, 5)];
  const sizes = [1, 2, 3, 4, 7, 8, 9, 10, 11].map((index) => field(params, index));
  return (
    laneLog2 >= 3 &&
    laneLog2 <= 5 &&
    rowLog2 <= MAX_ROW_LOG2 &&
    field(params, 3) * field(params, 4) <= BigInt(2 ** (rowLog2 + lanesLog2(laneLog2))) &&
    sizes.every((size) => size < 2n ** 16n)
  );
}

/** What the WebAssembly of both pooling kernels takes first, in its order: where to write, then the fields of params. */
export function poolArguments(params: Uint8Array, base: number, start: number, usedWords: number): KernelArguments {
  const size = (index: number): number => Number(field(params, index));
  const shift = field(params, 15);
  return [
    base + 32 * start,
    usedWords,
    base + 32 * size(0),
    size(1),
    size(2),
    size(3),
    size(4),
    log2Field(params, 5),
    log2Field(params, 6),
    size(7),
    size(8),
    size(9),
    size(10),
    size(11),
    log2Field(params, 12),
    hasFlag(params, 13, PoolFlag.Max) ? 1 : 0,
    Number(signedField(params, 14, 32)),
    Number(shift > 64n ? 64n : shift),
  ];
}
