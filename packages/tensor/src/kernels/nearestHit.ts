import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { rangeAt, toLane, unsignedLane } from "./kernelMath.ts";
import { field, hasFlag, log2Field } from "./params.ts";
import { writeCamera, isFastCamera } from "./camera.ts";
import { hasPixel, intersect, pixelOf, rayOf, rayThrough } from "./rayMath.ts";

export const NearestHitFlag = { Previous: 1n, Rays: 2n } as const;

const CAMERA = 6;
const RAYS = 20;
const LANE_LOG2 = 6;
const MISS = 2n ** 64n - 1n;
const MAX_DEPTH = 2n ** 32n - 2n;

function blockWords(params: Uint8Array): number {
  return 2 ** log2Field(params, 1) * (field(params, 2) > 1n ? 2 : 1);
}

/** Twin of `NearestHit.sol`, whose page explains it. */
export const nearestHit: Kernel = {
  name: "NearestHit",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const pixel = pixelOf(piece, lane, LANE_LOG2);
    if (!hasPixel(params, CAMERA, pixel)) return [];
    const log2 = log2Field(params, 1);
    const ranges = [rangeAt(field(params, 0), log2)];
    if (field(params, 2) > 1n) ranges.push(rangeAt(field(params, 0) + (1n << BigInt(log2)), log2));
    if (hasFlag(params, 4, NearestHitFlag.Previous)) ranges.push(rangeAt(field(params, 5) + BigInt(piece), 0));
    if (hasFlag(params, 4, NearestHitFlag.Rays)) ranges.push(rangeAt(field(params, RAYS) + pixel, 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const pixel = pixelOf(piece, lane, LANE_LOG2);
    if (!hasPixel(params, CAMERA, pixel)) return [MISS];
    const count = blockWords(params);
    const hasPrevious = hasFlag(params, 4, NearestHitFlag.Previous);
    let nearest = hasPrevious ? unsignedLane(words[count], LANE_LOG2, BigInt(lane)) : MISS;
    const ray = hasFlag(params, 4, NearestHitFlag.Rays)
      ? rayOf(words[count + (hasPrevious ? 1 : 0)] ?? 0n)
      : rayThrough(params, CAMERA, pixel);
    words.slice(0, count).forEach((triangle, i) => {
      const hit = intersect(ray, triangle);
      if (hit === undefined) return;
      const depth = (hit.distance << 32n) / hit.determinant;
      const index = BigInt.asUintN(32, field(params, 3) + BigInt(i));
      const value = ((depth > MAX_DEPTH ? MAX_DEPTH : depth) << 32n) | index;
      if (value < nearest) nearest = value;
    });
    return toLane(nearest, LANE_LOG2);
  },

  laneBits: () => 64,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const pixels = Math.min(4 * usedWords, Number(field(params, CAMERA) * field(params, CAMERA + 1)));
    return [
      { start: Number(field(params, 0)), words: blockWords(params) },
      ...(hasFlag(params, 4, NearestHitFlag.Previous) ? [{ start: Number(field(params, 5)), words: usedWords }] : []),
      ...(hasFlag(params, 4, NearestHitFlag.Rays) ? [{ start: Number(field(params, RAYS)), words: pixels }] : []),
    ];
  },

  run(memory: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (!isFastCamera(params, CAMERA)) return false;
    const { instance, base } = memory;
    writeCamera(instance, params, CAMERA);
    const block = [
      base + 32 * Number(field(params, 0)),
      blockWords(params),
      Number(BigInt.asUintN(32, field(params, 3))),
      hasFlag(params, 4, NearestHitFlag.Previous) ? base + 32 * Number(field(params, 5)) : 0,
    ] as const;
    if (hasFlag(params, 4, NearestHitFlag.Rays)) {
      const rays = base + 32 * Number(field(params, RAYS));
      instance.exports.nearestHitOfRays(base + 32 * start, usedWords, ...block, rays);
      return true;
    }
    // Where a direction wraps, the picture is not one that anybody wants, and the reference computes it.
    if (!instance.exports.isLinearCamera()) return false;
    instance.exports.nearestHit(base + 32 * start, usedWords, ...block);
    return true;
  },
};
