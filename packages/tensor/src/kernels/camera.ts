import type { TensorInstance } from "../wasm/TensorModule.ts";
import { field, signedField } from "./params.ts";
import { CAMERA_FIELDS } from "./rayMath.ts";

/** Pictures up to this size keep all numbers of the fast path within 64 bits. */
const MAX_SIDE = 2n ** 20n;

export function isFastCamera(params: Uint8Array, camera: number): boolean {
  const [width, height] = [field(params, camera), field(params, camera + 1)];
  return width < MAX_SIDE && height < MAX_SIDE && width * height < 2n ** 31n;
}

/** Writes a camera where the WebAssembly module reads it: fourteen signed 64-bit numbers. */
export function writeCamera(instance: TensorInstance, params: Uint8Array, camera: number): void {
  const pointer = instance.exports.cameraScratch();
  const view = new DataView(instance.exports.memory.buffer);
  for (let i = 0; i < CAMERA_FIELDS; i++) {
    const bits = i < 2 ? 64 : i < 5 ? 16 : 24;
    view.setBigInt64(pointer + 8 * i, signedField(params, camera + i, bits), true);
  }
}
