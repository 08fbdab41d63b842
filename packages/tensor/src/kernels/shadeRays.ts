import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { lanesLog2, rangeAt, toLane, unsignedLane } from "./kernelMath.ts";
import { field, hasFlag, signedField } from "./params.ts";
import { intersect, pixelOf, rayOf, type Vector } from "./rayMath.ts";
import { colourOf, lengthOf, mixed } from "./shading.ts";

export const ShadeRaysFlag = { Reflected: 1n } as const;

const HIT_LOG2 = 6;
const LANE_LOG2 = 5;
const MISS = 2n ** 64n - 1n;
const MAX_TRIANGLES = 2n ** 32n;

function sky(params: Uint8Array, direction: Vector): bigint {
  const weight = 128n + (128n * direction.y) / lengthOf(direction);
  return mixed(field(params, 10), field(params, 9), weight);
}

/** Twin of `ShadeRays.sol`, whose page explains it. */
export const shadeRays: Kernel = {
  name: "ShadeRays",

  first(params: Uint8Array, piece: number, lane: number): Range {
    return rangeAt(field(params, 1) + (pixelOf(piece, lane, LANE_LOG2) >> BigInt(lanesLog2(HIT_LOG2))), 0);
  },

  reads(params: Uint8Array, piece: number, lane: number, firstWords: readonly bigint[]): Range[] {
    const ray = pixelOf(piece, lane, LANE_LOG2);
    const ranges = [rangeAt(field(params, 0) + ray, 0)];
    const index = BigInt.asUintN(32, unsignedLane(firstWords[0], HIT_LOG2, ray));
    if (index >= field(params, 3)) return ranges;
    ranges.push(rangeAt(field(params, 2) + index, 0));
    ranges.push(rangeAt(field(params, 11) + (ray >> BigInt(lanesLog2(HIT_LOG2))), 0));
    if (hasFlag(params, 12, ShadeRaysFlag.Reflected)) ranges.push(rangeAt(field(params, 13) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const ray = rayOf(words[1] ?? 0n);
    const { x, y, z } = ray.direction;
    if (x === 0n && y === 0n && z === 0n) return [0n];
    const triangle = words[2] ?? 0n;
    const hit = intersect(ray, triangle);
    let colour = 0n;
    if (hit === undefined) colour = sky(params, ray.direction);
    else {
      const lamp = {
        direction: { x: signedField(params, 4, 16), y: signedField(params, 5, 16), z: signedField(params, 6, 16) },
        ambient: field(params, 7) & 255n,
        shine: field(params, 8) & 255n,
        isHidden: unsignedLane(words[3], HIT_LOG2, pixelOf(piece, lane, LANE_LOG2)) !== MISS,
      };
      colour = colourOf(lamp, ray, triangle, hit);
      if (hasFlag(params, 12, ShadeRaysFlag.Reflected)) {
        const reflected = unsignedLane(words[4], LANE_LOG2, BigInt(lane)) >> 8n;
        colour = mixed(colour, reflected, (triangle >> 24n) & 255n);
      }
    }
    return toLane((colour << 8n) | 255n, LANE_LOG2);
  },

  laneBits: () => 32,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    return [
      { start: Number(field(params, 0)), words: 8 * usedWords },
      { start: Number(field(params, 1)), words: 2 * usedWords },
      { start: Number(field(params, 2)), words: Number(field(params, 3)) },
      { start: Number(field(params, 11)), words: 2 * usedWords },
      ...(hasFlag(params, 12, ShadeRaysFlag.Reflected) ? [{ start: Number(field(params, 13)), words: usedWords }] : []),
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (field(params, 3) >= MAX_TRIANGLES) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    const light = (axis: number): number => Number(signedField(params, 4 + axis, 16));
    instance.exports.shadeRays(
      base + 32 * start,
      usedWords,
      at(0),
      at(1),
      at(2),
      Number(field(params, 3)),
      light(0),
      light(1),
      light(2),
      Number(field(params, 7) & 255n),
      Number(field(params, 8) & 255n),
      Number(field(params, 9) & 0xff_ffffn),
      Number(field(params, 10) & 0xff_ffffn),
      at(11),
      hasFlag(params, 12, ShadeRaysFlag.Reflected) ? at(13) : 0,
    );
    return true;
  },
};
