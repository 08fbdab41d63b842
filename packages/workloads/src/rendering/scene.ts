import {
  bounce,
  type Camera,
  cameraRays,
  InputWriter,
  type Light,
  nearestHits,
  ProgramBuilder,
  shadeRays,
  type Tensor,
  type Vector3,
} from "@millrace/tensor";

import { cameraAt, type View } from "./camera.ts";
import { bunnyMesh, type Material, type Mesh } from "./mesh.ts";
import { assertPictures, declareTriangles, type RenderingJob } from "./pictures.ts";
import { fitTriangles, MESH_RADIUS, packTriangles, type Triangle } from "./triangles.ts";
import { rounded, times, unit } from "./vectors.ts";

export interface SceneOptions {
  readonly mesh: Mesh;
  readonly width: number;
  readonly height: number;
  /** Pictures, on a full turn around the mesh. */
  readonly frames: number;
  /** Of parts of the mesh that say nothing about themselves. */
  readonly material: Material;
}

export const SCENE_DEFAULTS: Omit<SceneOptions, "mesh"> = {
  width: 192,
  height: 192,
  frames: 1,
  material: { colour: 0xd8b898, reflectivity: 0 },
};

const FIRST_TURN = 0.5;

/** From above, so that shadows and what the floor mirrors are seen. */
const VIEW: View = { distance: 2.6, elevation: 1.05 };

const LIGHT_LENGTH = 2 ** 14;
const LIGHT: Light = {
  direction: rounded(times(unit([-0.5, 0.75, 0.45]), LIGHT_LENGTH - 1)),
  ambient: 64,
  shine: 90,
  top: 0x35588c,
  bottom: 0xe6edf2,
};

/** Units above a surface at which a ray leaves it: more than a point's rounding, less than anything that one sees. */
const LIFT = 16;

/** A floor of tiles in two tones, that mirrors a little. */
const TILES = 10;
const TILE = 2_600;
const TONES: readonly Material[] = [
  { colour: 0xc8c6c0, reflectivity: 56 },
  { colour: 0x6f7d86, reflectivity: 56 },
];

/** Pictures of a mesh on a floor, under a sky, with shadows and one bounce of mirrors. */
export function buildScene(options: Partial<SceneOptions> = {}): RenderingJob {
  const full = { ...SCENE_DEFAULTS, mesh: options.mesh ?? bunnyMesh(), ...options };
  assertPictures(full);
  const { width, height, frames } = full;
  const mesh = fitTriangles(full.mesh, full.material);
  const words = packTriangles([...mesh, ...floorUnder(mesh)]);
  const builder = new ProgramBuilder();
  const triangles = declareTriangles(builder, words);
  const pictures = Array.from({ length: frames }, (_, frame) => {
    const camera = cameraAt(FIRST_TURN + (2 * Math.PI * frame) / frames, width, height, VIEW);
    return picture(builder, `${frame}`, triangles, camera);
  });
  const program = builder.build();
  const input = new InputWriter(program).raw(triangles, words).bytes;
  return { program, input, about: { kind: "rendering", width, height, pictures } };
}

/** What the camera sees, and what mirrors see that it sees; each in the light, or in the shadow. */
function picture(builder: ProgramBuilder, frame: string, triangles: Tensor, camera: Camera): Tensor {
  const seen = cameraRays(builder, `rays.${frame}`, camera);
  // The camera's own hits are those of its rays, found faster.
  const hits = nearestHits(builder, `hits.${frame}`, { triangles, camera });
  const mirrored = bounce(builder, `mirrored.${frame}`, { rays: seen, hits, triangles, lift: LIFT });
  const mirroredHits = nearestHits(builder, `mirroredHits.${frame}`, { triangles, camera, rays: mirrored });
  const colours = (name: string, of: { rays: Tensor; hits: Tensor }, reflected?: Tensor): Tensor => {
    const toLamp = bounce(builder, `toLamp.${name}`, { ...of, triangles, toLamp: LIGHT.direction, lift: LIFT });
    const shadows = nearestHits(builder, `shadows.${name}`, { triangles, camera, rays: toLamp });
    const common = { ...of, triangles, light: LIGHT, shadows };
    return shadeRays(builder, name, reflected === undefined ? common : { ...common, reflected, output: true });
  };
  const reflected = colours(`reflected.${frame}`, { rays: mirrored, hits: mirroredHits });
  return colours(`picture.${frame}`, { rays: seen, hits }, reflected);
}

function floorUnder(mesh: readonly Triangle[]): Triangle[] {
  const level = mesh.reduce((least, { corners }) => Math.min(least, ...corners.map(([, y]) => y)), MESH_RADIUS);
  const up: Vector3 = [0, 1, 0];
  const at = (x: number, z: number): Vector3 => [(x - TILES / 2) * TILE, level, (z - TILES / 2) * TILE];
  const tiles = Array.from({ length: TILES * TILES }, (_, i): Triangle[] => {
    const [x, z] = [i % TILES, Math.floor(i / TILES)];
    const material = TONES[(x + z) % 2] as Material;
    const [a, b, c, d] = [at(x, z), at(x, z + 1), at(x + 1, z + 1), at(x + 1, z)];
    const normals = [up, up, up] as const;
    return [
      { corners: [a, b, c], normals, material },
      { corners: [a, c, d], normals, material },
    ];
  });
  return tiles.flat();
}
