import { TensorError } from "../errors.ts";
import { WORD_BYTES } from "../words.ts";
import type { Program } from "./Program.ts";
import { describeShape, type Tensor, tensorWords } from "./Tensor.ts";

/** Fills the input region of a program, row by row. */
export class InputWriter {
  readonly bytes: Uint8Array;

  constructor(program: Program) {
    this.bytes = new Uint8Array(program.header.inWords * WORD_BYTES);
  }

  /** Writes lanes of one row; what is not given stays zero. */
  row(tensor: Tensor, row: number, lanes: ArrayLike<number>): this {
    if (!Number.isInteger(row) || row < 0 || row >= tensor.rows || lanes.length > tensor.columns)
      throw new TensorError(
        "BAD_INPUT",
        `row ${row} with ${lanes.length} lanes for ${describeShape(tensor)}`,
        "write inside the tensor",
      );
    const start = (tensor.offset + row * 2 ** tensor.rowLog2) * WORD_BYTES;
    assertLanes(tensor, row, lanes);
    writeLanes(this.bytes, start, tensor.laneBits, lanes);
    return this;
  }

  /** Writes raw words of a tensor. */
  raw(tensor: Tensor, words: Uint8Array): this {
    if (words.length > tensorWords(tensor) * WORD_BYTES)
      throw new TensorError(
        "BAD_INPUT",
        `${words.length} bytes for ${describeShape(tensor)}`,
        "write inside the tensor",
      );
    this.bytes.set(words, tensor.offset * WORD_BYTES);
    return this;
  }
}

/** Every number fits into a lane, as a signed or an unsigned one: what would be cut off is not what the buyer meant. */
function assertLanes(tensor: Tensor, row: number, lanes: ArrayLike<number>): void {
  const [least, most] = [-(2 ** (tensor.laneBits - 1)), 2 ** tensor.laneBits - 1];
  for (let i = 0; i < lanes.length; i++) {
    const value = lanes[i] as number;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new TensorError(
        "BAD_INPUT",
        `lane ${i} of row ${row} is ${value} in ${describeShape(tensor)}`,
        `write whole numbers from ${least} to ${most}`,
      );
  }
}

/** Lanes of 8, 16 or 32 bits, big-endian, from byte `start`. */
function writeLanes(bytes: Uint8Array, start: number, laneBits: number, lanes: ArrayLike<number>): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < lanes.length; i++) {
    const value = lanes[i] as number;
    if (laneBits === 8) view.setInt8(start + i, value);
    else if (laneBits === 16) view.setInt16(start + 2 * i, value);
    else if (laneBits === 32) view.setInt32(start + 4 * i, value);
    else throw new TensorError("BAD_INPUT", `lanes of ${laneBits} bits`, "write raw words instead");
  }
}

/** Signed lanes of one row of a region's words. */
export function readRow(region: Uint8Array, tensor: Tensor, row: number): Int32Array {
  const view = new DataView(region.buffer, region.byteOffset, region.byteLength);
  const start = (tensor.offset + row * 2 ** tensor.rowLog2) * WORD_BYTES;
  return Int32Array.from({ length: tensor.columns }, (_, i) => {
    if (tensor.laneBits === 8) return view.getInt8(start + i);
    if (tensor.laneBits === 16) return view.getInt16(start + 2 * i);
    return view.getInt32(start + 4 * i);
  });
}
