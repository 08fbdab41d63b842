import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { writeCamera, isFastCamera } from "./camera.ts";
import { lanesLog2, rangeAt, toLane, unsignedLane } from "./kernelMath.ts";
import { field, signedField } from "./params.ts";
import { hasPixel, intersect, pixelOf, rayThrough } from "./rayMath.ts";
import { colourOf, type Lamp, mixed } from "./shading.ts";

const CAMERA = 10;
const HIT_LOG2 = 6;
const LANE_LOG2 = 5;
const MAX_TRIANGLES = 2n ** 32n;

function triangleIndex(word: bigint | undefined, pixel: bigint): bigint {
  return BigInt.asUintN(32, unsignedLane(word, HIT_LOG2, pixel));
}

function lampOf(params: Uint8Array): Lamp {
  return {
    direction: { x: signedField(params, 3, 16), y: signedField(params, 4, 16), z: signedField(params, 5, 16) },
    ambient: field(params, 6) & 255n,
    shine: field(params, 7) & 255n,
    isHidden: false,
  };
}

function background(params: Uint8Array, pixel: bigint): bigint {
  const weight = ((pixel / field(params, CAMERA)) << 8n) / field(params, CAMERA + 1);
  return mixed(field(params, 8), field(params, 9), weight);
}

/** Twin of `Shade.sol`, whose page explains it. */
export const shade: Kernel = {
  name: "Shade",

  first(params: Uint8Array, piece: number, lane: number): Range | undefined {
    const pixel = pixelOf(piece, lane, LANE_LOG2);
    if (!hasPixel(params, CAMERA, pixel)) return undefined;
    return rangeAt(field(params, 0) + (pixel >> BigInt(lanesLog2(HIT_LOG2))), 0);
  },

  reads(params: Uint8Array, piece: number, lane: number, firstWords: readonly bigint[]): Range[] {
    const pixel = pixelOf(piece, lane, LANE_LOG2);
    if (!hasPixel(params, CAMERA, pixel)) return [];
    const index = triangleIndex(firstWords[0], pixel);
    return index >= field(params, 2) ? [] : [rangeAt(field(params, 1) + index, 0)];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const pixel = pixelOf(piece, lane, LANE_LOG2);
    if (!hasPixel(params, CAMERA, pixel)) return [0n];
    const ray = rayThrough(params, CAMERA, pixel);
    const triangle = words[1] ?? 0n;
    const hit = intersect(ray, triangle);
    const colour = hit === undefined ? background(params, pixel) : colourOf(lampOf(params), ray, triangle, hit);
    return toLane((colour << 8n) | 255n, LANE_LOG2);
  },

  laneBits: () => 32,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    return [
      { start: Number(field(params, 0)), words: usedWords * 2 },
      { start: Number(field(params, 1)), words: Number(field(params, 2)) },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (!isFastCamera(params, CAMERA) || field(params, 2) >= MAX_TRIANGLES) return false;
    writeCamera(instance, params, CAMERA);
    const light = (axis: number): number => Number(signedField(params, 3 + axis, 16));
    instance.exports.shade(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      base + 32 * Number(field(params, 1)),
      Number(field(params, 2)),
      light(0),
      light(1),
      light(2),
      Number(field(params, 6) & 255n),
      Number(field(params, 7) & 255n),
      Number(field(params, 8) & 0xff_ffffn),
      Number(field(params, 9) & 0xff_ffffn),
    );
    return true;
  },
};
