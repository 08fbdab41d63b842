import { elementOf } from "./kernelMath.ts";
import { field, signedField } from "./params.ts";

/** Twin of `RayMath.sol`. */

export interface Vector {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

export interface Ray {
  readonly origin: Vector;
  readonly direction: Vector;
}

export interface Hit {
  readonly determinant: bigint;
  readonly u: bigint;
  readonly v: bigint;
  readonly distance: bigint;
}

/** Fields of a camera. */
export const CAMERA_FIELDS = 14;

export function pixelOf(piece: number, lane: number, laneLog2: number): bigint {
  return elementOf(BigInt(piece), lane, laneLog2);
}

export function hasPixel(params: Uint8Array, camera: number, pixel: bigint): boolean {
  return pixel < field(params, camera) * field(params, camera + 1);
}

export function rayThrough(params: Uint8Array, camera: number, pixel: bigint): Ray {
  const [width, height] = [field(params, camera), field(params, camera + 1)];
  const across = 2n * (pixel % width) + 1n - width;
  const upward = height - 1n - 2n * (pixel / width);
  const component = (axis: number): bigint => {
    const at = (vector: number): bigint => signedField(params, camera + 5 + 3 * vector + axis, 24);
    return BigInt.asIntN(24, at(0) + across * at(1) + upward * at(2));
  };
  const origin = (axis: number): bigint => signedField(params, camera + 2 + axis, 16);
  return {
    origin: { x: origin(0), y: origin(1), z: origin(2) },
    direction: { x: component(0), y: component(1), z: component(2) },
  };
}

/** A ray that is held as data. */
export function rayOf(word: bigint): Ray {
  const origin = (axis: number): bigint => BigInt.asIntN(16, word >> BigInt(240 - 16 * axis));
  const direction = (axis: number): bigint => BigInt.asIntN(24, word >> BigInt(184 - 24 * axis));
  return {
    origin: { x: origin(0), y: origin(1), z: origin(2) },
    direction: { x: direction(0), y: direction(1), z: direction(2) },
  };
}

/** The ray as a word, its components cut to their widths. */
export function wordOf(origin: Vector, direction: Vector): bigint {
  let word = 0n;
  for (const value of [origin.x, origin.y, origin.z]) word = (word << 16n) | BigInt.asUintN(16, value);
  for (const value of [direction.x, direction.y, direction.z]) word = (word << 24n) | BigInt.asUintN(24, value);
  return word << 136n;
}

export function cornerOf(triangle: bigint, index: number): Vector {
  const at = (axis: number): bigint => BigInt.asIntN(16, triangle >> BigInt(240 - 48 * index - 16 * axis));
  return { x: at(0), y: at(1), z: at(2) };
}

export function normalOf(triangle: bigint, index: number): Vector {
  const at = (axis: number): bigint => BigInt.asIntN(8, triangle >> BigInt(104 - 24 * index - 8 * axis));
  return { x: at(0), y: at(1), z: at(2) };
}

export function intersect({ origin, direction }: Ray, triangle: bigint): Hit | undefined {
  const corner = cornerOf(triangle, 0);
  const edge1 = minus(cornerOf(triangle, 1), corner);
  const edge2 = minus(cornerOf(triangle, 2), corner);
  const across = cross(direction, edge2);
  const signed = dot(edge1, across);
  if (signed === 0n) return undefined;
  const sign = signed < 0n ? -1n : 1n;
  const determinant = sign * signed;
  const offset = minus(origin, corner);
  const u = sign * dot(offset, across);
  if (u < 0n || u > determinant) return undefined;
  const side = cross(offset, edge1);
  const v = sign * dot(direction, side);
  if (v < 0n || u + v > determinant) return undefined;
  const distance = sign * dot(edge2, side);
  return distance <= 0n ? undefined : { determinant, u, v, distance };
}

export function minus(a: Vector, b: Vector): Vector {
  return { x: a.x - b.x, y: a.y - b.y, z: a.z - b.z };
}

export function dot(a: Vector, b: Vector): bigint {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

function cross(a: Vector, b: Vector): Vector {
  return { x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x };
}

/** Largest integer whose square is not above `value`. */
export function integerSqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export const NO_VECTOR: Vector = { x: 0n, y: 0n, z: 0n };
