import { TensorError } from "../errors.ts";
import type { ProgramBuilder } from "../program/ProgramBuilder.ts";
import { describeShape, type Tensor } from "../program/Tensor.ts";
import type { LaneBits } from "../words.ts";

/** A batch of pictures: a tensor row for each row of pixels, the channels of a pixel side by side. */
export interface Images extends Tensor {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A bank of filters: a tensor row for each, its taps in the order of rows, columns and channels. */
export interface Filters {
  readonly tensor: Tensor;
  readonly height: number;
  readonly width: number;
}

export type ImageSizes = Pick<Images, "count" | "height" | "width" | "channels">;

/** Declares pictures of the input region. */
export function imageInput(builder: ProgramBuilder, name: string, sizes: ImageSizes, laneBits: LaneBits = 8): Images {
  return imagesOf(builder.input(name, { ...shapeOf(sizes), laneBits }), sizes);
}

export function shapeOf({ count, height, width, channels }: ImageSizes): { rows: number; columns: number } {
  return { rows: count * height, columns: width * channels };
}

/** Says of a tensor that it holds pictures of these sizes. */
export function imagesOf(tensor: Tensor, sizes: ImageSizes): Images {
  const { rows, columns } = shapeOf(sizes);
  const { count, height, width, channels } = sizes;
  if (tensor.rows !== rows || tensor.columns !== columns)
    throw new TensorError(
      "BAD_SHAPE",
      `${describeShape(tensor)} does not hold ${count} pictures of ${height} × ${width} pixels with ${channels} channels`,
      `they take ${rows} × ${columns}`,
    );
  return { ...tensor, count, height, width, channels };
}

export function describeImages({ name, count, height, width, channels }: Images): string {
  return `${name} (${count} pictures of ${height} × ${width} pixels, ${channels} channels)`;
}

/** Throws unless the number is whole and within these bounds. */
export function assertWhole(name: string, what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new TensorError("BAD_SHAPE", `${name}: ${what} ${value}`, `take a whole number from ${least} to ${most}`);
}
