import { minimum } from "./kernelMath.ts";
import { dot, type Hit, integerSqrt, minus, NO_VECTOR, normalOf, type Ray, type Vector } from "./rayMath.ts";

/** Twin of `Shading.sol`. */

export interface Lamp {
  readonly direction: Vector;
  readonly ambient: bigint;
  readonly shine: bigint;
  readonly isHidden: boolean;
}

const UNIT = 2n ** 14n;

export function colourOf(lamp: Lamp, ray: Ray, triangle: bigint, hit: Hit): bigint {
  const { level, spot } = light(lamp, normalAt(ray, triangle, hit), ray.direction);
  return pack(channels(triangle).map((albedo) => minimum(255n, ((albedo * level) >> 8n) + spot)));
}

/** The normal at a hit, on the side that the ray comes from. */
export function normalAt(ray: Ray, triangle: bigint, { u: overU, v: overV, determinant }: Hit): Vector {
  const u = (overU << 8n) / determinant;
  const v = (overV << 8n) / determinant;
  const [a, b, c] = [normalOf(triangle, 0), normalOf(triangle, 1), normalOf(triangle, 2)];
  const mix = (axis: keyof Vector): bigint => (256n - u - v) * a[axis] + u * b[axis] + v * c[axis];
  const normal = { x: mix("x"), y: mix("y"), z: mix("z") };
  return dot(normal, ray.direction) > 0n ? minus(NO_VECTOR, normal) : normal;
}

/** The vector with a length of about `one`; no length stays none. */
export function unit({ x, y, z }: Vector, one: bigint): Vector {
  const all = lengthOf({ x, y, z });
  return all === 0n ? NO_VECTOR : { x: (x * one) / all, y: (y * one) / all, z: (z * one) / all };
}

export function lengthOf(vector: Vector): bigint {
  return integerSqrt(dot(vector, vector));
}

/** 24 bits of colour between two, `weight` of 256 parts the second. */
export function mixed(from: bigint, to: bigint, weight: bigint): bigint {
  const second = channels(to);
  return pack(channels(from).map((value, i) => (value * (256n - weight) + (second[i] ?? 0n) * weight) >> 8n));
}

function light(lamp: Lamp, normal: Vector, direction: Vector): { level: bigint; spot: bigint } {
  if (lamp.isHidden) return { level: lamp.ambient, spot: 0n };
  const diffuse = cosine(normal, lamp.direction, UNIT);
  const half = minus(lamp.direction, unit(direction, UNIT));
  let gloss = cosine(normal, half, lengthOf(half));
  for (let i = 0; i < 4; i++) gloss = (gloss * gloss) >> 8n;
  return { level: lamp.ambient + ((diffuse * (256n - lamp.ambient)) >> 8n), spot: (lamp.shine * gloss) >> 8n };
}

function cosine(normal: Vector, other: Vector, otherLength: bigint): bigint {
  const product = dot(normal, other);
  const lengths = lengthOf(normal) * otherLength;
  if (product <= 0n || lengths === 0n) return 0n;
  return minimum(256n, (product << 8n) / lengths);
}

function channels(colour: bigint): bigint[] {
  return [(colour >> 16n) & 255n, (colour >> 8n) & 255n, colour & 255n];
}

function pack(bytes: readonly bigint[]): bigint {
  return bytes.reduce((colour, byte) => (colour << 8n) | byte, 0n);
}
