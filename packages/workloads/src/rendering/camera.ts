import type { Camera, Vector3 } from "@millrace/tensor";

import { MESH_RADIUS } from "./triangles.ts";
import { rounded, times } from "./vectors.ts";

/** Where a camera stands, in radii of the mesh from its middle. */
export interface View {
  readonly distance: number;
  readonly elevation: number;
}

/** At eye level. */
const EYE_LEVEL: View = { distance: 2.45, elevation: 0.45 };

/** Half the picture's height over the distance. */
const HALF_VIEW = 0.42;

/** Length of the middle ray: long, so that the steps from pixel to pixel are well rounded, and below 2^23 in the corners. */
const RAY_LENGTH = 3_000_000;

/** A camera that looks at the origin from a point on a circle around it; `turn` is an angle in radians. */
export function cameraAt(
  turn: number,
  width: number,
  height: number,
  { distance, elevation }: View = EYE_LEVEL,
): Camera {
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  const reach = Math.hypot(distance, elevation);
  const forward: Vector3 = [(-sine * distance) / reach, -elevation / reach, (-cosine * distance) / reach];
  const right: Vector3 = [cosine, 0, -sine];
  const up: Vector3 = [(-sine * elevation) / reach, distance / reach, (-cosine * elevation) / reach];
  const halfPixel = (RAY_LENGTH * HALF_VIEW) / Math.max(width, height);
  const at = distance * MESH_RADIUS;
  return {
    width,
    height,
    origin: rounded([sine * at, elevation * MESH_RADIUS, cosine * at]),
    forward: rounded(times(forward, RAY_LENGTH)),
    right: rounded(times(right, halfPixel)),
    up: rounded(times(up, halfPixel)),
  };
}
