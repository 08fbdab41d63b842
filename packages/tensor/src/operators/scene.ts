import { BounceFlag } from "../kernels/bounce.ts";
import { encodeParams } from "../kernels/params.ts";
import { ShadeRaysFlag } from "../kernels/shadeRays.ts";
import type { ProgramBuilder } from "../program/ProgramBuilder.ts";
import type { Tensor } from "../program/Tensor.ts";
import { type Camera, cameraFields, type Light } from "./rays.ts";

/** The camera's rays as data, one a row: see `CameraRays.sol`. */
export function cameraRays(builder: ProgramBuilder, name: string, camera: Camera): Tensor {
  return builder.add({
    name,
    kernel: "CameraRays",
    // As many as a picture has in whole words of colours.
    shape: { rows: Math.ceil((camera.width * camera.height) / 8) * 8, columns: 1, laneBits: 256 },
    reads: [],
    params: () => encodeParams(cameraFields(camera)),
  });
}

export interface BounceOptions {
  readonly rays: Tensor;
  readonly hits: Tensor;
  readonly triangles: Tensor;
  /** Towards the lamp, of which this is the direction; by default the rays are mirrored. */
  readonly toLamp?: Light["direction"];
  /** How far from the surface a ray begins, so that it does not hit what it leaves. */
  readonly lift: number;
}

/** Rays from where rays have hit: see `Bounce.sol`. */
export function bounce(builder: ProgramBuilder, name: string, options: BounceOptions): Tensor {
  const { rays, hits, triangles, toLamp, lift } = options;
  return builder.add({
    name,
    kernel: "Bounce",
    shape: { rows: rays.rows, columns: 1, laneBits: 256 },
    reads: [rays, hits, triangles],
    params: (addressOf) =>
      encodeParams([
        addressOf(rays),
        addressOf(hits),
        addressOf(triangles),
        triangles.rows,
        toLamp === undefined ? 0n : BounceFlag.ToLamp,
        ...(toLamp ?? [0, 0, 0]),
        lift,
      ]),
  });
}

export interface ShadeRaysOptions {
  readonly rays: Tensor;
  readonly hits: Tensor;
  readonly triangles: Tensor;
  readonly light: Light;
  /** Hits of the rays towards the lamp. */
  readonly shadows: Tensor;
  /** Colours that the mirrored rays see. */
  readonly reflected?: Tensor;
  readonly output?: boolean;
}

/** What each ray sees, eight a row: see `ShadeRays.sol`. */
export function shadeRays(builder: ProgramBuilder, name: string, options: ShadeRaysOptions): Tensor {
  const { rays, hits, triangles, light, shadows, reflected, output = false } = options;
  return builder.add({
    name,
    kernel: "ShadeRays",
    shape: { rows: rays.rows / 8, columns: 8, laneBits: 32 },
    output,
    reads: [rays, hits, triangles, shadows, ...(reflected === undefined ? [] : [reflected])],
    params: (addressOf) =>
      encodeParams([
        addressOf(rays),
        addressOf(hits),
        addressOf(triangles),
        triangles.rows,
        ...light.direction,
        light.ambient,
        light.shine,
        light.top,
        light.bottom,
        addressOf(shadows),
        reflected === undefined ? 0n : ShadeRaysFlag.Reflected,
        reflected === undefined ? 0 : addressOf(reflected),
      ]),
  });
}
