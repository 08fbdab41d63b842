import { createRequire } from "node:module";

import type { Vector3 } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";

/** What a surface looks like. */
export interface Material {
  /** 24 bits. */
  readonly colour: number;
  /** Share of what it mirrors, of 255. */
  readonly reflectivity: number;
}

export type Cell = readonly [number, number, number];

/** Triangles as triples of indices into a list of points. */
export interface Mesh {
  readonly positions: readonly Vector3[];
  readonly cells: readonly Cell[];
  /** Of the points, of any length; without them the mean of the triangles around a point counts. */
  readonly normals?: readonly Vector3[];
  /** Of the cells; without them one for all counts. */
  readonly materials?: readonly Material[];
}

/** Beyond it, and below its inverse, squares of coordinates leave what floats can hold. */
const MOST_COORDINATE = 1e30;

const MOST_BYTE = 255;

/** The Stanford bunny of the npm package `bunny`. */
export function bunnyMesh(): Mesh {
  return createRequire(import.meta.url)("bunny") as Mesh;
}

/** Reads points and faces of a Wavefront OBJ text; faces with more corners become fans of triangles. */
export function parseObj(text: string): Mesh {
  const positions: Vector3[] = [];
  const cells: [number, number, number][] = [];
  textLines(text).forEach(([line, i]) => {
    const [kind, ...words] = line.replace(/#.*/, "").trim().split(/\s+/);
    const numbers = words.map((word) => Number(word.split("/")[0]));
    if (kind === "v") positions.push(pointOf(numbers, i));
    if (kind !== "f") return;
    // Indices count from one, negative ones from the end.
    const corners = numbers.map((index) => (index < 0 ? positions.length + index : index - 1));
    if (corners.length < 3 || !corners.every((corner) => corner in positions))
      throw new WorkloadError(
        `line ${i + 1} of the mesh: ${line.trim()}`,
        "a face names three or more points before it",
      );
    const [first = 0] = corners;
    for (let k = 1; k + 1 < corners.length; k++) cells.push([first, corners[k] ?? 0, corners[k + 1] ?? 0]);
  });
  assertMesh({ positions, cells });
  return { positions, cells };
}

/** Lines with their numbers; one that ends with a backslash goes on in the next. */
function textLines(text: string): [line: string, index: number][] {
  const joined: [string, number][] = [];
  let isOpen = false;
  for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
    const last = isOpen ? joined.at(-1) : undefined;
    isOpen = line.endsWith("\\");
    const words = isOpen ? line.slice(0, -1) : line;
    if (last === undefined) joined.push([words, i]);
    else last[0] += ` ${words}`;
  }
  return joined;
}

function pointOf([x, y, z]: readonly number[], line: number): Vector3 {
  if (x === undefined || y === undefined || z === undefined || ![x, y, z].every(Number.isFinite))
    throw new WorkloadError(`line ${line + 1} of the mesh is no point`, "a point has three numbers");
  return [x, y, z];
}

export function assertMesh({ positions, cells, normals, materials }: Mesh): void {
  if (
    (normals?.length ?? positions.length) !== positions.length ||
    (materials?.length ?? cells.length) !== cells.length
  )
    throw new WorkloadError(
      "a mesh with other numbers of normals or materials",
      "give one for each point and triangle",
    );
  if (cells.length === 0) throw new WorkloadError("a mesh without triangles", "give one that has some");
  const named = cells.flatMap((cell) => cell.flatMap((corner) => (positions[corner] ?? []).map(Math.abs)));
  const most = named.reduce((greatest, value) => Math.max(greatest, value), 0);
  if (most > MOST_COORDINATE || (most > 0 && most < 1 / MOST_COORDINATE))
    throw new WorkloadError(
      `a mesh whose farthest coordinate is ${most}`,
      `scale it: between ${1 / MOST_COORDINATE} and ${MOST_COORDINATE}`,
    );
  for (const cell of cells) for (const corner of cell) assertPoint(positions, corner);
  for (const { colour, reflectivity } of materials ?? [])
    if (!Number.isInteger(colour) || !Number.isInteger(reflectivity) || reflectivity < 0 || reflectivity > MOST_BYTE)
      throw new WorkloadError(
        `a material of colour ${colour} that mirrors ${reflectivity}`,
        `a colour is a whole number, what is mirrored one up to ${MOST_BYTE}`,
      );
}

function assertPoint(positions: readonly Vector3[], corner: number): void {
  const point = positions[corner];
  if (point === undefined)
    throw new WorkloadError(`a triangle names point ${corner} of ${positions.length}`, "check the mesh");
  if (!point.every(Number.isFinite))
    throw new WorkloadError(`point ${corner} is at ${point.join(", ")}`, "give every point three numbers");
}
