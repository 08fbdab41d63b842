import { LEAF_BYTES } from "../Machine.ts";
import { Rv32Error } from "../Rv32Error.ts";

/**
 * An input as a machine finds it: its length, little-endian, in a leaf of its own, then its bytes.
 * @throws Rv32Error BAD_INPUT when it does not fit
 */
export function frameInput(bytes: Uint8Array, regionBytes: number): Uint8Array {
  const room = regionBytes - LEAF_BYTES;
  if (bytes.length > room)
    throw new Rv32Error("BAD_INPUT", `the input has ${bytes.length} bytes, of ${room}`, "give the machine more memory");
  const framed = new Uint8Array(LEAF_BYTES + bytes.length);
  new DataView(framed.buffer).setUint32(0, bytes.length, true);
  framed.set(bytes, LEAF_BYTES);
  return framed;
}

/**
 * The output that a machine left, or what part of it there is: a machine may have written any length.
 * @param region - the quarter of the memory; zeros at its end may be left out
 * @param regionBytes - how long it is with them
 */
export function unframeOutput(region: Uint8Array, regionBytes = region.length): Uint8Array {
  const head = new Uint8Array(LEAF_BYTES);
  head.set(region.subarray(0, LEAF_BYTES));
  const length = Math.min(new DataView(head.buffer).getUint32(0, true), Math.max(0, regionBytes - LEAF_BYTES));
  const output = new Uint8Array(length);
  output.set(region.subarray(LEAF_BYTES, LEAF_BYTES + length));
  return output;
}
