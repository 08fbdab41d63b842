import type { Vector3 } from "@millrace/tensor";

import { assertMesh, type Mesh } from "./mesh.ts";

/** Radius of the ball that a mesh is fitted into: int16 with room for a camera around it. */
export const MESH_RADIUS = 5_000;

const WORD_BYTES = 32;
const NORMALS_AT = 18;
const COLOUR_AT = 29;
const NORMAL_ONE = 127;

/** Bits of each coordinate in the order along which triangles are stored. */
const MORTON_BITS = 8;

/**
 * A mesh as words of `RayMath.sol`, one for each triangle: fitted around the origin, with the mean normals of its
 * points, ordered so that neighbours in space are neighbours in memory.
 */
export function packTriangles(mesh: Mesh, colour: number): Uint8Array {
  assertMesh(mesh);
  const points = fitted(mesh.positions, usedPoints(mesh));
  const normals = pointNormals(points, mesh);
  const cells = [...mesh.cells].sort((a, b) => mortonCode(centre(a, points)) - mortonCode(centre(b, points)));
  const bytes = new Uint8Array(cells.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  cells.forEach((cell, i) => {
    const start = i * WORD_BYTES;
    cell.forEach((corner, k) => {
      (points[corner] ?? []).forEach((value, axis) => {
        view.setInt16(start + 6 * k + 2 * axis, value);
      });
      (normals[corner] ?? []).forEach((value, axis) => {
        view.setInt8(start + NORMALS_AT + 3 * k + axis, Math.round(value * NORMAL_ONE));
      });
    });
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
    const [origin, first, second] = [a, b, c].map((corner) => points[corner] ?? [0, 0, 0]) as [
      Vector3,
      Vector3,
      Vector3,
    ];
    const normal = cross(minus(first, origin), minus(second, origin));
    for (const corner of [a, b, c]) {
      const sum = sums[corner] ?? [0, 0, 0];
      normal.forEach((value, axis) => (sum[axis] = (sum[axis] ?? 0) + value));
    }
  }
  return sums.map(([x, y, z]) => {
    const length = Math.hypot(x, y, z) || 1;
    return [x / length, y / length, z / length];
  });
}

function centre(cell: readonly number[], points: readonly Vector3[]): Vector3 {
  const mean = (axis: 0 | 1 | 2): number => cell.reduce((sum, corner) => sum + (points[corner]?.[axis] ?? 0), 0) / 3;
  return [mean(0), mean(1), mean(2)];
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
