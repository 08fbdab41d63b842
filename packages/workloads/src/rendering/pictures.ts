import { BLOCK_TRIANGLES, type Program, type ProgramBuilder, type Tensor, WORD_BYTES } from "@millrace/tensor";
import { PNG } from "pngjs";

import { WorkloadError } from "../WorkloadError.ts";

export interface RenderingJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: RenderingAbout;
}

/** What `decodeRendering` must know; travels in job.json. */
export interface RenderingAbout {
  readonly kind: "rendering";
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Tensor[];
}

const MAX_SIDE = 1_024;
const MAX_FRAMES = 64;

/** A range of triangles that is read at once. */
const RANGE_TRIANGLES = BLOCK_TRIANGLES / 2;

/** Declares the triangles of a scene, padded so that blocks of them are read as one range. */
export function declareTriangles(builder: ProgramBuilder, words: Uint8Array): Tensor {
  const rows = Math.ceil(words.length / WORD_BYTES / RANGE_TRIANGLES) * RANGE_TRIANGLES;
  return builder.input("triangles", { rows, columns: 1, laneBits: 256 }, RANGE_TRIANGLES);
}

/** The pictures as PNG files. */
export function decodeRendering({ width, height, pictures }: RenderingAbout, output: Uint8Array): Buffer[] {
  return pictures.map(({ offset }) => {
    const png = new PNG({ width, height });
    const start = offset * WORD_BYTES;
    png.data.set(output.subarray(start, start + 4 * width * height));
    return PNG.sync.write(png);
  });
}

export function assertPictures({ width, height, frames }: { width: number; height: number; frames: number }): void {
  for (const side of [width, height])
    if (!Number.isInteger(side) || side <= 0 || side > MAX_SIDE)
      throw new WorkloadError(`a picture of ${width} × ${height}`, `take whole numbers up to ${MAX_SIDE}`);
  if (!Number.isInteger(frames) || frames <= 0 || frames > MAX_FRAMES)
    throw new WorkloadError(`${frames} pictures`, `take 1 to ${MAX_FRAMES}`);
}
