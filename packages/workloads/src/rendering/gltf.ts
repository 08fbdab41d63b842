import {
  Extension,
  type Material as GltfMaterial,
  type Node,
  Primitive,
  type Scene,
  WebIO,
} from "@gltf-transform/core";
import type { Vector3 } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import { brokenReference } from "./gltfReferences.ts";
import { assertMesh, type Cell, type Material, type Mesh } from "./mesh.ts";
import { unit } from "./vectors.ts";

/** What a metal without roughness mirrors, of 255; and any smooth surface. */
const MOST_MIRRORED = 220;
const LEAST_MIRRORED = 24;

const GLTF_MAGIC = "glTF";

/** Data inside a text file, in the only form that glTF has for them. */
const INLINE = /^data:[^,]*;base64,/;

/** Lets numbers of other types than floats stand for points; the reader knows how to take them. */
class MeshQuantization extends Extension {
  static override readonly EXTENSION_NAME = "KHR_mesh_quantization";
  override readonly extensionName = MeshQuantization.EXTENSION_NAME;

  override read(): this {
    return this;
  }

  override write(): this {
    return this;
  }
}

type Json = Parameters<WebIO["readJSON"]>[0]["json"];

interface Parts {
  readonly positions: Vector3[];
  readonly normals: Vector3[];
  readonly cells: Cell[];
  readonly materials: Material[];
}

/**
 * Reads the default scene of a glTF file, binary (.glb) or text (.gltf) with its data inside: points in the world's
 * coordinates, normals, and of the materials their colour and how metallic and smooth they are.
 */
export async function readGltf(bytes: Uint8Array): Promise<Mesh> {
  const document = await decode(bytes);
  const root = document.getRoot();
  const scene = root.getDefaultScene() ?? root.listScenes()[0];
  if (scene === undefined) throw malformed("it has no scene");
  const mesh = meshOf(scene);
  assertMesh(mesh);
  return mesh;
}

async function decode(bytes: Uint8Array): Promise<Awaited<ReturnType<WebIO["readBinary"]>>> {
  const io = new WebIO().registerExtensions([MeshQuantization]);
  try {
    const isBinary = Buffer.from(bytes.subarray(0, GLTF_MAGIC.length)).toString("latin1") === GLTF_MAGIC;
    const parts: Parameters<WebIO["readJSON"]>[0] = isBinary
      ? await io.binaryToJSON(Uint8Array.from(bytes))
      : { json: JSON.parse(Buffer.from(bytes).toString("utf8")) as Json, resources: {} };
    assertSelfContained(parts.json);
    assertReferences(parts);
    return await io.readJSON(parts);
  } catch (error) {
    if (error instanceof WorkloadError) throw error;
    throw malformed((error as Error).message);
  }
}

/** Where numbers are said to lie, they must: the reader would take others, or none, for them. */
function assertReferences({ json, resources }: Parameters<WebIO["readJSON"]>[0]): void {
  const inside = Object.values(resources)[0]?.length ?? 0;
  const broken = brokenReference(json, (buffer) => {
    const uri = json.buffers?.[buffer]?.uri;
    return uri === undefined ? inside : Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64").length;
  });
  if (broken !== undefined) throw malformed(broken);
}

/** A text file names its data; only what stands in the file itself is read. */
function assertSelfContained(json: { buffers?: { uri?: string }[]; extensionsRequired?: string[] } | null): void {
  if (typeof json !== "object" || json === null || !("asset" in json))
    throw malformed("it is neither binary glTF nor its JSON");
  const needs = json.extensionsRequired?.find((name) => name !== MeshQuantization.EXTENSION_NAME);
  if (needs !== undefined)
    throw new WorkloadError(
      `the glTF file needs the extension ${needs}`,
      "save it without, compression being one; only quantised meshes are read",
    );
  const outside = json.buffers?.find(({ uri }) => uri !== undefined && !INLINE.test(uri));
  if (outside?.uri?.startsWith("data:") === true) throw malformed("its data are inside, but not in base64");
  if (outside !== undefined)
    throw new WorkloadError(`the glTF file keeps its data in ${outside.uri}`, "save it as .glb, or with data inside");
}

function meshOf(scene: Scene): Mesh {
  const parts: Parts = { positions: [], normals: [], cells: [], materials: [] };
  scene.traverse((node) => {
    for (const primitive of node.getMesh()?.listPrimitives() ?? []) addPrimitive(parts, node, primitive);
  });
  return parts;
}

function addPrimitive({ positions, normals, cells, materials }: Parts, node: Node, primitive: Primitive): void {
  if (primitive.getMode() !== Primitive.Mode.TRIANGLES)
    throw new WorkloadError(`${nameOf(node)} is drawn in mode ${primitive.getMode()}`, "save it as plain triangles");
  const points = primitive.getAttribute("POSITION");
  if (points === null) throw malformed(`${nameOf(node)} has no points`);
  if (points.getType() !== "VEC3") throw malformed(`points of ${nameOf(node)} are of type ${points.getType()}`);
  const matrix = node.getWorldMatrix();
  const first = positions.length;
  const count = points.getCount();
  for (let i = 0; i < count; i++) positions.push(transformed(matrix, points.getElement(i, []), 1));

  const indices = primitive.getIndices();
  const corners = Array.from({ length: indices?.getCount() ?? count }, (_, i) => indices?.getScalar(i) ?? i);
  if (corners.length % 3 !== 0) throw malformed(`${nameOf(node)} has ${corners.length} corners, no triples`);
  const material = materialOf(primitive.getMaterial());
  const own: Cell[] = [];
  for (let i = 0; i < corners.length; i += 3) {
    const [a = 0, b = 0, c = 0] = corners.slice(i, i + 3);
    if (Math.max(a, b, c) >= count) throw malformed(`${nameOf(node)} names point ${Math.max(a, b, c)} of ${count}`);
    own.push([first + a, first + b, first + c]);
    materials.push(material);
  }
  // One by one: a list of a hundred thousand cannot be spread into arguments.
  for (const cell of own) cells.push(cell);

  const given = primitive.getAttribute("NORMAL");
  for (let i = 0; i < count; i++)
    normals.push(given === null ? [0, 0, 0] : unit(transformed(normalMatrix(matrix), given.getElement(i, []), 0)));
  if (given === null) addFlatNormals({ positions, normals, cells: own, materials });
}

/** Points without normals get the sum of those of their triangles, by area. */
function addFlatNormals({ positions, normals, cells }: Parts): void {
  for (const cell of cells) {
    const [a, b, c] = cell.map((corner) => positions[corner] ?? [0, 0, 0]) as [Vector3, Vector3, Vector3];
    const [e, f] = [minus(b, a), minus(c, a)];
    const normal = [e[1] * f[2] - e[2] * f[1], e[2] * f[0] - e[0] * f[2], e[0] * f[1] - e[1] * f[0]] as const;
    for (const corner of cell) {
      const [x, y, z] = normals[corner] ?? [0, 0, 0];
      normals[corner] = [x + normal[0], y + normal[1], z + normal[2]];
    }
  }
}

function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** A matrix stands by columns; `w` is 1 for points and 0 for directions. */
function transformed(m: readonly number[], [x = 0, y = 0, z = 0]: readonly number[], w: 0 | 1): Vector3 {
  const row = (i: number): number => (m[i] ?? 0) * x + (m[i + 4] ?? 0) * y + (m[i + 8] ?? 0) * z + (m[i + 12] ?? 0) * w;
  return [row(0), row(1), row(2)];
}

/** Normals turn as points do, but stretch the other way: the cofactors of the upper three rows and columns. */
function normalMatrix(m: readonly number[]): number[] {
  const at = (row: number, column: number): number => m[(column % 3) * 4 + (row % 3)] ?? 0;
  const cofactor = (r: number, c: number): number =>
    at(r + 1, c + 1) * at(r + 2, c + 2) - at(r + 1, c + 2) * at(r + 2, c + 1);
  return Array.from({ length: 16 }, (_, i) => (i % 4 < 3 && i < 12 ? cofactor(i % 4, Math.floor(i / 4)) : 0));
}

function materialOf(material: GltfMaterial | null): Material {
  const [red, green, blue] = material?.getBaseColorFactor() ?? [0.8, 0.8, 0.8, 1];
  const colour = [red, green, blue].reduce((sum, linear) => sum * 256 + toByte(linear), 0);
  const smoothness = 1 - (material?.getRoughnessFactor() ?? 1);
  const metallic = material?.getMetallicFactor() ?? 0;
  const most = LEAST_MIRRORED + metallic * (MOST_MIRRORED - LEAST_MIRRORED);
  return { colour, reflectivity: Math.round(smoothness * most) };
}

/** Colours of glTF are linear light, bytes of pictures are not: the usual curve between them. */
function toByte(linear: number): number {
  const encoded = linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.max(0, Math.min(1, encoded)));
}

function nameOf(node: Node): string {
  return node.getName() === "" ? "a node" : `the node ${node.getName()}`;
}

function malformed(what: string): WorkloadError {
  return new WorkloadError(`the glTF file cannot be read: ${what}`, "give a file that a modeller has written whole");
}
