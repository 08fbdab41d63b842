import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { writeCamera, isFastCamera } from "./camera.ts";
import { lanesLog2, minimum, rangeAt, toLane, unsignedLane } from "./kernelMath.ts";
import { field, signedField } from "./params.ts";
import {
  dot,
  hasPixel,
  type Hit,
  integerSqrt,
  intersect,
  minus,
  NO_VECTOR,
  normalOf,
  pixelOf,
  type Ray,
  rayThrough,
  type Vector,
} from "./rayMath.ts";

const CAMERA = 10;
const HIT_LOG2 = 6;
const LANE_LOG2 = 5;
const UNIT = 2n ** 14n;
const MAX_TRIANGLES = 2n ** 32n;

function triangleIndex(word: bigint | undefined, pixel: bigint): bigint {
  return BigInt.asUintN(32, unsignedLane(word, HIT_LOG2, pixel));
}

function length(vector: Vector): bigint {
  return integerSqrt(dot(vector, vector));
}

function cosine(normal: Vector, other: Vector, otherLength: bigint): bigint {
  const product = dot(normal, other);
  const lengths = length(normal) * otherLength;
  if (product <= 0n || lengths === 0n) return 0n;
  return minimum(256n, (product << 8n) / lengths);
}

function unit({ x, y, z }: Vector): Vector {
  const all = length({ x, y, z });
  return all === 0n ? NO_VECTOR : { x: (x * UNIT) / all, y: (y * UNIT) / all, z: (z * UNIT) / all };
}

function normalAt(triangle: bigint, { u: overU, v: overV, determinant }: Hit): Vector {
  const u = (overU << 8n) / determinant;
  const v = (overV << 8n) / determinant;
  const [a, b, c] = [normalOf(triangle, 0), normalOf(triangle, 1), normalOf(triangle, 2)];
  const mix = (axis: keyof Vector): bigint => (256n - u - v) * a[axis] + u * b[axis] + v * c[axis];
  return { x: mix("x"), y: mix("y"), z: mix("z") };
}

function channels(colour: bigint): [bigint, bigint, bigint] {
  return [(colour >> 16n) & 255n, (colour >> 8n) & 255n, colour & 255n];
}

function pack([red, green, blue]: readonly bigint[]): bigint {
  return ((red ?? 0n) << 16n) | ((green ?? 0n) << 8n) | (blue ?? 0n);
}

function surface(params: Uint8Array, ray: Ray, triangle: bigint, hit: Hit): bigint {
  let normal = normalAt(triangle, hit);
  if (dot(normal, ray.direction) > 0n) normal = minus(NO_VECTOR, normal);
  const light = { x: signedField(params, 3, 16), y: signedField(params, 4, 16), z: signedField(params, 5, 16) };
  const diffuse = cosine(normal, light, UNIT);
  const half = minus(light, unit(ray.direction));
  let gloss = cosine(normal, half, length(half));
  for (let i = 0; i < 4; i++) gloss = (gloss * gloss) >> 8n;
  const ambient = field(params, 6) & 255n;
  const level = ambient + ((diffuse * (256n - ambient)) >> 8n);
  const shine = ((field(params, 7) & 255n) * gloss) >> 8n;
  return pack(channels(triangle).map((albedo) => minimum(255n, ((albedo * level) >> 8n) + shine)));
}

function background(params: Uint8Array, pixel: bigint): bigint {
  const weight = ((pixel / field(params, CAMERA)) << 8n) / field(params, CAMERA + 1);
  const [top, bottom] = [channels(field(params, 8)), channels(field(params, 9))];
  return pack(top.map((from, i) => (from * (256n - weight) + (bottom[i] ?? 0n) * weight) >> 8n));
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
    const colour = hit === undefined ? background(params, pixel) : surface(params, ray, triangle, hit);
    return toLane((colour << 8n) | 255n, LANE_LOG2);
  },

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
