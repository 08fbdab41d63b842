import { encodeParams } from "@millrace/tensor";

import type { KernelCase } from "./kernelCases.js";

/** A call of `compute` that costs as much as any, as far as thought and a search (`gasSearch.ts`) have found. */
export interface WorstCase extends KernelCase {
  /** Words of the ranges in order; the last is repeated. */
  readonly words: readonly bigint[];
}

const bytes = (pattern: string): bigint => BigInt(`0x${pattern.repeat(64 / pattern.length)}`);
const worst = (fields: (number | bigint)[], words: readonly bigint[], lane = 0): WorstCase => ({
  params: encodeParams(fields),
  piece: 0,
  lane,
  words,
});

/** A large triangle before the camera, one unit nearer for each index: all are hit, each nearer than those before. */
function triangle(index: number): bigint {
  const z = 10_000 - index;
  const corners = [-9_000, -9_000, z, 9_000, -9_000, z, 0, 9_000, z].map((value) => BigInt.asUintN(16, BigInt(value)));
  const normals = [0, 0, -127, 0, 0, -127, 1, 0, -126].map((value) => BigInt.asUintN(8, BigInt(value)));
  const geometry = corners.reduce((word, value) => (word << 16n) | value, 0n);
  return (normals.reduce((word, value) => (word << 8n) | value, geometry) << 40n) | 0xffffffn;
}

const camera = [4, 4, 0, 0, -20_000, 3, -5, 4_000_000, 300_001, 1, 2, 3, 300_003, 4];

/** The reflectivity of a triangle: without it no ray is mirrored. */
const MIRROR = 255n << 24n;

/** One that hits all of them. */
const ray =
  (([3, -5, -20_000].reduce((word, value) => (word << 16n) | BigInt.asUintN(16, BigInt(value)), 0n) << 72n) |
    4_000_000n) <<
  136n;

/** The most work that each kernel can be given: the largest rows, every branch that costs, and dear operands. */
export const WORST_CASES: Record<string, WorstCase> = {
  MatMul: worst([0, 1, 0, 99, 8, 0, 5, -(2 ** 31), 63, 11, 0, 0], [bytes("80")], 7),
  // Five rows of 1,638 taps: all words that can be read, and nearly all taps of a filter.
  Convolution: worst(
    [0, 9, 5, 112, 18, 6, 0, 1, 5, 91, 8, 1, 0, 1, 22, 0, 5, -(2 ** 31), 63, 1, 0, 0],
    [bytes("80")],
    1,
  ),
  // 256 rows of errors, each a little longer than a word.
  ConvolutionGradient: worst(
    [0, 8, 32, 33, 1, 5, 0, 1, 32, 31, 5, 0, 3, 1, 3, 0, 0, 5, -(2 ** 31), 63, 1, 0],
    [bytes("80")],
    1,
  ),
  Pool: worst([0, 1, 6, 8, 32, 3, 3, 6, 8, 1, 1, 1, 0, 1, 0, 0], [0n, 1n, 2n, 3n, 4n, 5n], 31),
  PoolGradient: worst([0, 1, 6, 8, 32, 3, 3, 6, 8, 8, 1, 1, 0, 1, 0, 0, 0], [bytes("80"), bytes("81")], 0),
  Rearrange: worst(
    [
      0,
      9,
      9,
      99,
      2,
      1,
      3,
      9,
      9,
      9,
      9,
      9,
      9,
      ...[1, 1, 0, 0, 0, 0, 0],
      ...[1, 1, 0, 0, 0, 0, 0],
      ...[2, 1, 1, 1, 1, 1, 1],
    ],
    [bytes("81")],
    31,
  ),
  Sum: worst([0, 1, 8_192, 8, 3, 5, -(2 ** 31), 63, 2, 0, 0, 0], [bytes("81")], 0),
  Requantise: worst([0, 3, 5, -(2 ** 31), 63, 2, 0], [bytes("81")], 7),
  Transpose: worst([0, 40, 8_192, 8, 0, 3], [bytes("81")], 31),
  Softmax: worst([0, 5, 256, 0, 8, 0, 3, 1, 0, 256, -128], [bytes("7f"), bytes("ff")], 31),
  ArgMax: worst(
    [0, 1, 8_192, 8, 3, 5],
    Array.from({ length: 256 }, (_, i) => bytes((i >> 1).toString(16).padStart(2, "0"))),
  ),
  Lookup: worst([0, 3, 3, 0, 256, 128, 0], [bytes("81")], 31),
  Gather: worst([0, 3, 0, 256, 3], [bytes("81")]),
  Elementwise: worst([4, 0, 3, 0, 3, 3, -(2 ** 31), 1, 63, 3, 0, 0], [bytes("81")], 7),
  LayerNorm: worst([0, 4, 6, 1_024, 0, 0, 2 ** 32 - 1, 32, 4, 0], [bytes("8001"), bytes("7fff")], 15),
  Random: worst([0, 2 ** 40], [bytes("81")]),
  HashChain: worst([0, 0, 2_048], [bytes("81")]),
  Rescale: worst([0, 5, 3, 2 ** 24 - 1, 48, 5, -128, 127, 1, 3, 0], [bytes("8d"), bytes("39")], 3),
  NearestHit: worst(
    [0, 8, 2, 0, 3, 0, ...camera, 0],
    [...Array.from({ length: 512 }, (_, i) => triangle(i)), bytes("ff"), ray],
    3,
  ),
  CameraRays: worst(camera, []),
  Bounce: worst([0, 0, 0, 1, 0, 0, 0, 0, 12], [0n, ray, triangle(0) | MIRROR]),
  ShadeRays: worst([0, 0, 0, 1, 9_459, 9_459, -9_459, 40, 255, 1, 2, 0, 1, 0], [0n, ray, triangle(0), bytes("ff")], 7),
  // Found by the search below: square roots that take long to converge.
  Shade: {
    params: Buffer.from(
      "00000000000000000000000000000020000000000000004afffffffffffff51bfffffffffffffff6000000000000000887e805b2edb9b8fb" +
        "000000000000000c00000000005584540000000000313ead000000000000000600000000000000140000000000000123fffffffffffffecc" +
        "ffffffffffffdd1d00000000000000b9ffffffffffffff1800000000000f44580000000000004ffcfffffffffffffe76000000000000007500" +
        "00000000000008000000000000101000000000000000de",
      "hex",
    ),
    piece: 0,
    lane: 2,
    words: [
      0x0000000000000000000020000000000000000000000000000000000000000045n,
      0x000003e80368dcd8dcd803e803e8fc18dcd86ad1182cdb68ca0a0a94b7e3fcb9n,
    ],
  },
};
