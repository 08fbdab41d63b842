import {
  type Camera,
  InputWriter,
  type Light,
  nearestHits,
  ProgramBuilder,
  shade,
  type Vector3,
} from "@millrace/tensor";

import { cameraAt } from "./camera.ts";
import { bunnyMesh, type Mesh } from "./mesh.ts";
import { assertPictures, declareTriangles, type RenderingJob } from "./pictures.ts";
import { fitTriangles, packTriangles } from "./triangles.ts";
import { rounded, times, unit } from "./vectors.ts";

export interface RenderingOptions {
  readonly mesh: Mesh;
  readonly width: number;
  readonly height: number;
  /** Pictures, on a full turn around the mesh. */
  readonly frames: number;
  /** Only this picture of them, from 0; all if left out. */
  readonly only?: number;
  /** Of the surface, 24 bits. */
  readonly colour: number;
}

export const RENDERING_DEFAULTS: Omit<RenderingOptions, "mesh"> = {
  width: 192,
  height: 192,
  frames: 6,
  colour: 0xd8b898,
};

/** First picture: a little to the side. */
const FIRST_TURN = 0.12;

const LIGHT_LENGTH = 2 ** 14;
const LIGHT: Omit<Light, "direction"> = { ambient: 46, shine: 70, top: 0x2c4a6e, bottom: 0xb9cbd8 };

/** Pictures of a mesh from a camera that goes around it: the result is their pixels. */
export function buildRendering(options: Partial<RenderingOptions> = {}): RenderingJob {
  const full = { ...RENDERING_DEFAULTS, mesh: options.mesh ?? bunnyMesh(), ...options };
  assertPictures(full);
  const { width, height, frames } = full;
  const words = packTriangles(fitTriangles(full.mesh, { colour: full.colour, reflectivity: 0 }));
  const builder = new ProgramBuilder();
  const triangles = declareTriangles(builder, words);
  const wanted = full.only === undefined ? Array.from({ length: frames }, (_, frame) => frame) : [full.only];
  const pictures = wanted.map((frame) => {
    const camera = cameraAt(FIRST_TURN + (2 * Math.PI * frame) / frames, width, height);
    const hits = nearestHits(builder, `hits.${frame}`, { triangles, camera });
    const light = { ...LIGHT, direction: lightFor(camera) };
    return shade(builder, `picture.${frame}`, { hits, triangles, camera, light, output: true });
  });
  const program = builder.build();
  const input = new InputWriter(program).raw(triangles, words).bytes;
  return { program, input, about: { kind: "rendering", width, height, pictures } };
}

/** The lamp goes with the camera, above its left shoulder. */
function lightFor({ forward, right, up }: Camera): Vector3 {
  const [f, r, u] = [forward, right, up].map(unit) as [Vector3, Vector3, Vector3];
  const mixed = f.map((value, axis) => -0.8 * value - 0.55 * (r[axis] ?? 0) + 0.7 * (u[axis] ?? 0));
  return rounded(times(unit(mixed as unknown as Vector3), LIGHT_LENGTH - 1));
}
