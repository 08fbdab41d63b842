import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { lanesLog2, rangeAt, unsignedLane } from "./kernelMath.ts";
import { field, hasFlag, signedField } from "./params.ts";
import { cornerOf, dot, type Hit, intersect, minus, type Ray, rayOf, type Vector, wordOf } from "./rayMath.ts";
import { normalAt, unit } from "./shading.ts";

export const BounceFlag = { ToLamp: 1n } as const;

const HIT_LOG2 = 6;
const REFLECTIVITY_AT = 24n;
const LENGTH = 2n ** 20n;
const LIGHT_SCALE = 2n ** 6n;
const MAX_TRIANGLES = 2n ** 32n;

function mirrored(direction: Vector, normal: Vector): Vector {
  const squared = dot(normal, normal);
  if (squared === 0n) return direction;
  const twice = 2n * dot(direction, normal);
  const along = (axis: keyof Vector): bigint => direction[axis] - (twice * normal[axis]) / squared;
  return { x: along("x"), y: along("y"), z: along("z") };
}

function pointOf(triangle: bigint, hit: Hit, lift: Vector): Vector {
  const u = (hit.u << 16n) / hit.determinant;
  const v = (hit.v << 16n) / hit.determinant;
  const a = cornerOf(triangle, 0);
  const [b, c] = [minus(cornerOf(triangle, 1), a), minus(cornerOf(triangle, 2), a)];
  const at = (axis: keyof Vector): bigint => a[axis] + ((u * b[axis] + v * c[axis]) >> 16n) + lift[axis];
  return { x: at("x"), y: at("y"), z: at("z") };
}

function bounced(params: Uint8Array, ray: Ray, triangle: bigint, hit: Hit): bigint {
  const normal = normalAt(ray, triangle, hit);
  const origin = pointOf(triangle, hit, unit(normal, field(params, 8) & 255n));
  if (!hasFlag(params, 4, BounceFlag.ToLamp)) {
    const isMirror = ((triangle >> REFLECTIVITY_AT) & 255n) !== 0n;
    return isMirror ? wordOf(origin, mirrored(unit(ray.direction, LENGTH), normal)) : 0n;
  }
  const light = { x: signedField(params, 5, 16), y: signedField(params, 6, 16), z: signedField(params, 7, 16) };
  if (dot(light, normal) <= 0n) return 0n;
  return wordOf(origin, { x: light.x * LIGHT_SCALE, y: light.y * LIGHT_SCALE, z: light.z * LIGHT_SCALE });
}

/** Twin of `Bounce.sol`, whose page explains it. */
export const bounce: Kernel = {
  name: "Bounce",

  first(params: Uint8Array, piece: number): Range {
    return rangeAt(field(params, 1) + (BigInt(piece) >> BigInt(lanesLog2(HIT_LOG2))), 0);
  },

  reads(params: Uint8Array, piece: number, _lane: number, firstWords: readonly bigint[]): Range[] {
    const index = BigInt.asUintN(32, unsignedLane(firstWords[0], HIT_LOG2, BigInt(piece)));
    if (index >= field(params, 3)) return [];
    return [rangeAt(field(params, 0) + BigInt(piece), 0), rangeAt(field(params, 2) + index, 0)];
  },

  compute(params: Uint8Array, _piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    const ray = rayOf(words[1] ?? 0n);
    const triangle = words[2] ?? 0n;
    const hit = intersect(ray, triangle);
    return [hit === undefined ? 0n : bounced(params, ray, triangle, hit)];
  },

  laneBits: () => 256,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    return [
      { start: Number(field(params, 0)), words: usedWords },
      { start: Number(field(params, 1)), words: Math.ceil(usedWords / 4) },
      { start: Number(field(params, 2)), words: Number(field(params, 3)) },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (field(params, 3) >= MAX_TRIANGLES) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    const light = (axis: number): number => Number(signedField(params, 5 + axis, 16));
    instance.exports.bounce(
      base + 32 * start,
      usedWords,
      at(0),
      at(1),
      at(2),
      Number(field(params, 3)),
      hasFlag(params, 4, BounceFlag.ToLamp) ? 1 : 0,
      light(0),
      light(1),
      light(2),
      Number(field(params, 8) & 255n),
    );
    return true;
  },
};
