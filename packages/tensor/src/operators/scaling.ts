import { assertWhole } from "./images.ts";

const [LEAST_SCALE, MOST_SCALE] = [-(2 ** 31), 2 ** 31 - 1];

/** A shift by as many bits leaves nothing of any sum, as any longer one would. */
const MOST_SHIFT = 64;

/** Kernels read a scale as int32 and take any long shift for one that leaves nothing: nobody means what is beyond. */
export function assertScaling(name: string, { scale = 1, shift = 0 }: { scale?: number; shift?: number }): void {
  assertWhole(name, "scale", scale, LEAST_SCALE, MOST_SCALE);
  assertWhole(name, "shift", shift, 0, MOST_SHIFT);
}
