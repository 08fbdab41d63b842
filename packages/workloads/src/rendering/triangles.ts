import type { Vector3 } from "@millrace/tensor";

import { assertMesh, type Material, type Mesh } from "./mesh.ts";

/** Radius of the ball that a mesh is fitted into: int16 with room for a camera around it. */
export const MESH_RADIUS = 5_000;

const WORD_BYTES = 32;
const NORMALS_AT = 18;
const COLOUR_AT = 29;
const NORMAL_ONE = 127;
const ORIGIN: Vector3 = [0, 0, 0];

/** Bits of each coordinate in the order along which triangles are stored. */
const MORTON_BITS = 8;

const REFLECTIVITY_AT = 28;

/** A triangle in whole units, with the unit normals of its corners. */
export interface Triangle {
  readonly corners: readonly [Vector3, Vector3, Vector3];
  readonly normals: readonly [Vector3, Vector3, Vector3];
  readonly material: Material;
}

/**
 * The triangles of a mesh: fitted around the origin, with the normals of its points, ordered so that neighbours in
 * space are neighbours in memory.
 *
 * @param material of cells that have none
 */
export function fitTriangles(mesh: Mesh, material: Material): Triangle[] {
  assertMesh(mesh);
  const points = fitted(mesh.positions, usedPoints(mesh));
  const normals = mesh.normals?.map(unit) ?? pointNormals(points, mesh);
  const triangles = mesh.cells.map((cell, i): Triangle => {
    const of = (vectors: readonly Vector3[]): readonly [Vector3, Vector3, Vector3] => [
      vectors[cell[0]] ?? ORIGIN,
      vectors[cell[1]] ?? ORIGIN,
      vectors[cell[2]] ?? ORIGIN,
    ];
    return { corners: of(points), normals: of(normals), material: mesh.materials?.[i] ?? material };
  });
  return triangles
    .map((triangle) => ({ triangle, code: mortonCode(centre(triangle)) }))
    .sort((a, b) => a.code - b.code)
    .map(({ triangle }) => triangle);
}

/** Triangles as words of `RayMath.sol`, in their order. */
export function packTriangles(triangles: readonly Triangle[]): Uint8Array {
  const bytes = new Uint8Array(triangles.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  triangles.forEach(({ corners, normals, material: { colour, reflectivity } }, i) => {
    const start = i * WORD_BYTES;
    corners.flat().forEach((value, k) => {
      view.setInt16(start + 2 * k, value);
    });
    normals.flat().forEach((value, k) => {
      view.setInt8(start + NORMALS_AT + k, Math.round(value * NORMAL_ONE));
    });
    view.setUint8(start + REFLECTIVITY_AT, reflectivity);
    view.setUint8(start + COLOUR_AT, colour >> 16);
    view.setUint16(start + COLOUR_AT + 1, colour & 0xffff);
  });
  return bytes;
}

function usedPoints({ positions, cells }: Mesh): Vector3[] {
  return [...new Set(cells.flat())].map((corner) => positions[corner] as Vector3);
}

/** Whole numbers within the radius of the origin, which is the middle of the box around the points in use. */
function fitted(positions: readonly Vector3[], used: readonly Vector3[]): Vector3[] {
  const middle = (axis: 0 | 1 | 2): number => {
    const values = used.map((point) => point[axis]);
    return (values.reduce((a, b) => Math.min(a, b)) + values.reduce((a, b) => Math.max(a, b))) / 2;
  };
  const centre: Vector3 = [middle(0), middle(1), middle(2)];
  const reach = used.reduce((most, point) => Math.max(most, Math.hypot(...minus(point, centre))), 0) || 1;
  const at = (value: number): number =>
    Math.max(-MESH_RADIUS, Math.min(MESH_RADIUS, Math.round((value * MESH_RADIUS) / reach)));
  return positions.map((point) => {
    const [x, y, z] = minus(point, centre);
    return [at(x), at(y), at(z)];
  });
}

/** Unit normals of the points: the mean of those of the triangles around them, by area. */
function pointNormals(points: readonly Vector3[], { cells }: Mesh): Vector3[] {
  const sums = points.map((): [number, number, number] => [0, 0, 0]);
  for (const [a, b, c] of cells) {
    const [origin, first, second] = [a, b, c].map((corner) => points[corner] ?? ORIGIN) as [Vector3, Vector3, Vector3];
    const normal = cross(minus(first, origin), minus(second, origin));
    for (const corner of [a, b, c]) {
      const sum = sums[corner] ?? [0, 0, 0];
      normal.forEach((value, axis) => (sum[axis] = (sum[axis] ?? 0) + value));
    }
  }
  return sums.map(unit);
}

function unit([x, y, z]: Vector3): Vector3 {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

function centre({ corners: [a, b, c] }: Triangle): Vector3 {
  return [(a[0] + b[0] + c[0]) / 3, (a[1] + b[1] + c[1]) / 3, (a[2] + b[2] + c[2]) / 3];
}

/** Place of a point on a curve that fills the box, bits of the three coordinates in turn. */
function mortonCode(point: Vector3): number {
  let code = 0;
  for (let bit = MORTON_BITS - 1; bit >= 0; bit--)
    for (const value of point) {
      const scaled = Math.floor(((value + MESH_RADIUS) / (2 * MESH_RADIUS + 1)) * 2 ** MORTON_BITS);
      code = code * 2 + ((scaled >> bit) & 1);
    }
  return code;
}

function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
