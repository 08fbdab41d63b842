import { TensorError } from "../errors.ts";
import { NearestHitFlag } from "../kernels/nearestHit.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { rowsOf, type Tensor } from "../program/Tensor.ts";
import { isPowerOfTwo } from "../words.ts";

export type Vector3 = readonly [number, number, number];

/** A pinhole camera in whole numbers: see `RayMath.sol`. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  /** int16 */
  readonly origin: Vector3;
  /** int24, as are the next two */
  readonly forward: Vector3;
  /** Half a pixel to the right. */
  readonly right: Vector3;
  /** Half a pixel upwards. */
  readonly up: Vector3;
}

export interface Light {
  /** Direction towards the lamp, of length 2^14. */
  readonly direction: Vector3;
  /** Of 256: light without the lamp. */
  readonly ambient: number;
  /** Of 256: strength of the gloss. */
  readonly shine: number;
  /** Background at the top and bottom, 24 bits. */
  readonly top: number;
  readonly bottom: number;
}

/** Triangles that one operator tests, in two ranges. A kernel could test twice as many, and a dispute cost a third more. */
export const BLOCK_TRIANGLES = 256;

const INT24 = 2 ** 23;

export function cameraFields(camera: Camera): number[] {
  const { width, height, origin, forward, right, up } = camera;
  const reach = [0, 1, 2].map(
    (axis) => Math.abs(forward[axis] ?? 0) + width * Math.abs(right[axis] ?? 0) + height * Math.abs(up[axis] ?? 0),
  );
  const numbers = [width, height, ...origin, ...forward, ...right, ...up];
  if (!numbers.every(Number.isInteger) || width <= 0 || height <= 0)
    throw new TensorError("BAD_SHAPE", "a camera has whole numbers, and pixels", "round them");
  if (Math.max(...reach) >= INT24)
    throw new TensorError("BAD_SHAPE", "rays of this camera do not fit into 24 bits", "make its vectors shorter");
  return numbers;
}

export interface NearestHitsOptions {
  readonly triangles: Tensor;
  readonly camera: Camera;
  /** A ray for each pixel, instead of the camera's. */
  readonly rays?: Tensor;
}

/** The nearest hit of every pixel's ray: a chain of operators, one for each block of triangles. */
export function nearestHits(
  builder: ProgramBuilder,
  name: string,
  { triangles, camera, rays }: NearestHitsOptions,
): Tensor {
  assertLaneBits(triangles.name, triangles.laneBits, [256]);
  const range = Math.min(triangles.rows, BLOCK_TRIANGLES / 2);
  if (!isPowerOfTwo(range) || triangles.rows % range !== 0)
    throw new TensorError("BAD_SHAPE", `${triangles.rows} triangles`, "pad them with zero words to a multiple of 256");
  if (triangles.offset % range !== 0)
    throw new TensorError("BAD_SHAPE", `${triangles.name} begins at ${triangles.offset}`, `align it to ${range} words`);
  let previous: Tensor | undefined;
  for (let first = 0; first < triangles.rows; first += BLOCK_TRIANGLES) {
    const block = rowsOf(triangles, first, Math.min(BLOCK_TRIANGLES, triangles.rows - first));
    previous = hitsOfBlock(builder, `${name}.${first / BLOCK_TRIANGLES}`, {
      block,
      first,
      range,
      camera,
      rays,
      previous,
    });
  }
  return previous as Tensor;
}

interface BlockOptions {
  readonly block: Tensor;
  readonly first: number;
  readonly range: number;
  readonly camera: Camera;
  readonly rays: Tensor | undefined;
  readonly previous: Tensor | undefined;
}

function hitsOfBlock(
  builder: ProgramBuilder,
  name: string,
  { block, first, range, camera, rays, previous }: BlockOptions,
): Tensor {
  return builder.add({
    name,
    kernel: "NearestHit",
    shape: { rows: Math.ceil((camera.width * camera.height) / 4), columns: 4, laneBits: 64 },
    reads: [block, ...(previous === undefined ? [] : [previous]), ...(rays === undefined ? [] : [rays])],
    params: (addressOf) =>
      encodeParams([
        addressOf(block),
        Math.log2(range),
        block.rows / range,
        first,
        (previous === undefined ? 0n : NearestHitFlag.Previous) | (rays === undefined ? 0n : NearestHitFlag.Rays),
        previous === undefined ? 0 : addressOf(previous),
        ...cameraFields(camera),
        rays === undefined ? 0 : addressOf(rays),
      ]),
  });
}

export interface ShadeOptions {
  readonly hits: Tensor;
  readonly triangles: Tensor;
  readonly camera: Camera;
  readonly light: Light;
  readonly output?: boolean;
}

/** The picture: see `Shade.sol`. Eight pixels a row of the result. */
export function shade(builder: ProgramBuilder, name: string, options: ShadeOptions): Tensor {
  const { hits, triangles, camera, light, output = false } = options;
  return builder.add({
    name,
    kernel: "Shade",
    shape: { rows: Math.ceil((camera.width * camera.height) / 8), columns: 8, laneBits: 32 },
    output,
    reads: [hits, triangles],
    params: (addressOf) =>
      encodeParams([
        addressOf(hits),
        addressOf(triangles),
        triangles.rows,
        ...light.direction,
        light.ambient,
        light.shine,
        light.top,
        light.bottom,
        ...cameraFields(camera),
      ]),
  });
}
