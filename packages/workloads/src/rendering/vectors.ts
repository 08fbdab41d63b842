import type { Vector3 } from "@millrace/tensor";

export function unit(vector: Vector3): Vector3 {
  return times(vector, 1 / Math.hypot(...vector));
}

export function times([x, y, z]: Vector3, factor: number): Vector3 {
  return [x * factor, y * factor, z * factor];
}

export function rounded([x, y, z]: Vector3): Vector3 {
  return [Math.round(x), Math.round(y), Math.round(z)];
}
