import {
  BLOCK_TRIANGLES,
  type Camera,
  InputWriter,
  type Light,
  nearestHits,
  type Program,
  ProgramBuilder,
  shade,
  type Tensor,
  type Vector3,
  WORD_BYTES,
} from "@millrace/tensor";
import { PNG } from "pngjs";

import { bunnyMesh, type Mesh } from "./mesh.ts";
import { MESH_RADIUS, packTriangles } from "./triangles.ts";
import { WorkloadError } from "./WorkloadError.ts";

export interface RenderingOptions {
  readonly mesh: Mesh;
  readonly width: number;
  readonly height: number;
  /** Pictures, on a full turn around the mesh. */
  readonly frames: number;
  /** Of the surface, 24 bits. */
  readonly colour: number;
}

export interface RenderingJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: RenderingAbout;
}

/** What `decodeRendering` must know; travels in job.json. */
export interface RenderingAbout {
  readonly kind: "rendering";
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Tensor[];
}

export const RENDERING_DEFAULTS: Omit<RenderingOptions, "mesh"> = {
  width: 192,
  height: 192,
  frames: 6,
  colour: 0xd8b898,
};

const MAX_SIDE = 1_024;
const MAX_FRAMES = 64;

/** A range of triangles that is read at once. */
const RANGE_TRIANGLES = BLOCK_TRIANGLES / 2;

// ─── SCENE ───

/** Distance of the camera from the mesh's middle, in radii, and its height above it. */
const DISTANCE = 2.45;
const ELEVATION = 0.45;

/** Half the picture's height over the distance. */
const HALF_VIEW = 0.42;

/** Length of the middle ray: long, so that the steps from pixel to pixel are well rounded, and below 2^23 in the corners. */
const RAY_LENGTH = 3_000_000;

/** First picture: a little to the side. */
const FIRST_TURN = 0.12;

const LIGHT_LENGTH = 2 ** 14;
const LIGHT: Omit<Light, "direction"> = { ambient: 46, shine: 70, top: 0x2c4a6e, bottom: 0xb9cbd8 };

/** Pictures of a mesh from a camera that goes around it: the result is their pixels. */
export function buildRendering(options: Partial<RenderingOptions> = {}): RenderingJob {
  const full = { ...RENDERING_DEFAULTS, mesh: options.mesh ?? bunnyMesh(), ...options };
  assertOptions(full);
  const { width, height, frames } = full;
  const words = packTriangles(full.mesh, full.colour);
  const rows = Math.ceil(words.length / WORD_BYTES / RANGE_TRIANGLES) * RANGE_TRIANGLES;
  const builder = new ProgramBuilder();
  const triangles = builder.input("triangles", { rows, columns: 1, laneBits: 256 }, RANGE_TRIANGLES);
  const pictures = Array.from({ length: frames }, (_, frame) => {
    const camera = cameraAt(FIRST_TURN + (2 * Math.PI * frame) / frames, width, height);
    const hits = nearestHits(builder, `hits.${frame}`, { triangles, camera });
    const light = { ...LIGHT, direction: lightFor(camera) };
    return shade(builder, `picture.${frame}`, { hits, triangles, camera, light, output: true });
  });
  const program = builder.build();
  const input = new InputWriter(program).raw(triangles, words).bytes;
  return { program, input, about: { kind: "rendering", width, height, pictures } };
}

/** The pictures as PNG files. */
export function decodeRendering({ width, height, pictures }: RenderingAbout, output: Uint8Array): Buffer[] {
  return pictures.map(({ offset }) => {
    const png = new PNG({ width, height });
    const start = offset * WORD_BYTES;
    png.data.set(output.subarray(start, start + 4 * width * height));
    return PNG.sync.write(png);
  });
}

function assertOptions({ width, height, frames }: RenderingOptions): void {
  for (const side of [width, height])
    if (!Number.isInteger(side) || side <= 0 || side > MAX_SIDE)
      throw new WorkloadError(`a picture of ${width} × ${height}`, `take whole numbers up to ${MAX_SIDE}`);
  if (!Number.isInteger(frames) || frames <= 0 || frames > MAX_FRAMES)
    throw new WorkloadError(`${frames} pictures`, `take 1 to ${MAX_FRAMES}`);
}

function cameraAt(turn: number, width: number, height: number): Camera {
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  const reach = Math.hypot(DISTANCE, ELEVATION);
  const forward: Vector3 = [(-sine * DISTANCE) / reach, -ELEVATION / reach, (-cosine * DISTANCE) / reach];
  const right: Vector3 = [cosine, 0, -sine];
  const up: Vector3 = [(-sine * ELEVATION) / reach, DISTANCE / reach, (-cosine * ELEVATION) / reach];
  const halfPixel = (RAY_LENGTH * HALF_VIEW) / Math.max(width, height);
  const at = DISTANCE * MESH_RADIUS;
  return {
    width,
    height,
    origin: rounded([sine * at, ELEVATION * MESH_RADIUS, cosine * at]),
    forward: rounded(times(forward, RAY_LENGTH)),
    right: rounded(times(right, halfPixel)),
    up: rounded(times(up, halfPixel)),
  };
}

/** The lamp goes with the camera, above its left shoulder. */
function lightFor({ forward, right, up }: Camera): Vector3 {
  const [f, r, u] = [forward, right, up].map(unit) as [Vector3, Vector3, Vector3];
  const mixed = f.map((value, axis) => -0.8 * value - 0.55 * (r[axis] ?? 0) + 0.7 * (u[axis] ?? 0));
  return rounded(times(unit(mixed as unknown as Vector3), LIGHT_LENGTH - 1));
}

function unit(vector: Vector3): Vector3 {
  return times(vector, 1 / Math.hypot(...vector));
}

function times([x, y, z]: Vector3, factor: number): Vector3 {
  return [x * factor, y * factor, z * factor];
}

function rounded([x, y, z]: Vector3): Vector3 {
  return [Math.round(x), Math.round(y), Math.round(z)];
}
