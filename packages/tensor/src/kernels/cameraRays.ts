import { isFastCamera, writeCamera } from "./camera.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { hasPixel, rayThrough, wordOf } from "./rayMath.ts";

const CAMERA = 0;

/** Twin of `CameraRays.sol`, whose page explains it. */
export const cameraRays: Kernel = {
  name: "CameraRays",

  first: () => undefined,

  reads: (): Range[] => [],

  compute(params: Uint8Array, piece: number): bigint[] {
    if (!hasPixel(params, CAMERA, BigInt(piece))) return [0n];
    const { origin, direction } = rayThrough(params, CAMERA, BigInt(piece));
    return [wordOf(origin, direction)];
  },

  laneBits: () => 256,

  extents: (): Extent[] => [],

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (!isFastCamera(params, CAMERA)) return false;
    writeCamera(instance, params, CAMERA);
    instance.exports.cameraRays(base + 32 * start, usedWords);
    return true;
  },
};
