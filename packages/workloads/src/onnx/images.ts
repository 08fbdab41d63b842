import { add, convolution, type Images, imagesOf, type ImageSizes, pool, rearrange } from "@millrace/tensor";

import { type Conversion } from "./Conversion.ts";
import type { OnnxNode, OnnxTensor } from "./OnnxModel.ts";
import { type Accumulated, isUnsigned, type Quantised, unfit, UNSIGNED_OFFSET } from "./values.ts";

/** Numbers of a row from which on int32 take four times the words of int8, as requantisation needs it. */
const SHORTEST_ROW = 17;

/** Pictures of a value; ONNX counts them as channel, row and column, a program as row, column and channel. */
export function imagesAt(node: OnnxNode, value: Quantised): Images {
  if (value.sizes === undefined) throw unfit(node, "its operand is no batch of pictures");
  return imagesOf(value.tensor, value.sizes);
}

/** A number for both directions of a picture: all of the list must be the same. */
function evenly(node: OnnxNode, attribute: string, otherwise: number): number {
  const given = node.attributes.get(attribute) ?? [otherwise];
  const list = typeof given === "object" ? given : [given];
  const [first = otherwise] = list;
  if (typeof first !== "number" || list.some((value) => value !== first))
    throw unfit(node, `its ${attribute} are ${list.toString()}, not the same in all directions`);
  return first;
}

/** What slides over pictures, as all these operators write it down. */
function slidingOf(node: OnnxNode): { stride: number; padding: number } {
  const automatic = node.attributes.get("auto_pad") ?? "NOTSET";
  if (automatic !== "NOTSET" && automatic !== "VALID") throw unfit(node, `its auto_pad is ${String(automatic)}`);
  if (evenly(node, "dilations", 1) !== 1) throw unfit(node, "its dilations are not 1");
  return { stride: evenly(node, "strides", 1), padding: evenly(node, "pads", 0) };
}

interface Convolved {
  readonly left: Quantised;
  readonly filters: OnnxTensor;
  readonly filterScale: number;
  readonly filterZero: number;
  readonly bias: OnnxTensor | undefined;
}

/** `Σ (pixel − its zero) · tap + bias`, exact. Pads stand for real zeros, so they are held as the zero point is. */
export function convolve(conversion: Conversion, node: OnnxNode, name: string, parts: Convolved): Accumulated {
  const { left, filters, filterScale, filterZero, bias } = parts;
  const offset = isUnsigned(filters) ? UNSIGNED_OFFSET : 0;
  if (filterZero !== offset) throw unfit(node, `the zero point of its weights is ${filterZero}, not ${offset}`);
  if ((node.attributes.get("group") ?? 1) !== 1) throw unfit(node, "it convolves channels in groups");
  const { stride, padding } = slidingOf(node);
  const images = imagesAt(node, left);
  const [count = 0, channels = 0, height = 0, width = 0] = filters.dims;
  if (filters.dims.length !== 4 || channels !== images.channels)
    throw unfit(node, `its weights are ${filters.dims.join(" × ")} for pictures of ${images.channels} channels`);
  if (bias !== undefined && bias.values.length !== count)
    throw unfit(node, `its bias has ${bias.values.length} elements for ${count} filters`);
  const rows = Array.from({ length: count }, (_, filter) =>
    Int8Array.from({ length: height * width * channels }, (__, tap) => {
      const [place, channel] = [Math.floor(tap / channels), tap % channels];
      return (filters.values[(filter * channels + channel) * height * width + place] ?? 0) - offset;
    }),
  );
  const offsets = rows.map(
    (row, filter) => (bias?.values[filter] ?? 0) - left.zero * row.reduce((sum, tap) => sum + tap, 0),
  );
  const inside = left.zero === 0 ? images : padded(conversion, name, images, padding, left.zero);
  const result = convolution(conversion.builder, `${name}.sum`, {
    images: inside,
    filters: { tensor: conversion.constant(`${name}.weights`, 8, rows), height, width },
    bias: conversion.constant(`${name}.bias`, 32, [offsets]),
    laneBits: 32,
    stride,
    padding: left.zero === 0 ? padding : 0,
  });
  if (result.columns < SHORTEST_ROW)
    throw unfit(node, `its rows of ${result.columns} numbers are shorter than ${SHORTEST_ROW}`);
  const scale = Math.fround(left.scale * filterScale);
  return {
    ...{ kind: "accumulated", tensor: result, columns: result.columns, scale, isRelu: false },
    sizes: sizesOf(result),
  };
}

/** Pictures with rows and columns of `value` around them: a copy with zeros there, and a frame added. */
function padded(conversion: Conversion, name: string, images: Images, padding: number, value: number): Images {
  if (padding === 0) return images;
  const { count, height, width, channels } = images;
  const sizes = { count, height: height + 2 * padding, width: width + 2 * padding, channels };
  const copy = rearrange(conversion.builder, `${name}.inside`, {
    operand: images,
    blockRows: height,
    sizes: [count, 1, sizes.height, 1, sizes.width, channels],
    block: { factors: { 0: 1 } },
    row: { offset: -padding, factors: { 2: 1 } },
    column: { offset: -padding * channels, factors: { 4: channels, 5: 1 } },
  });
  const isInside = (at: number, size: number): boolean => at >= padding && at < size + padding;
  const frame = Array.from({ length: count * sizes.height }, (_, row) =>
    Int8Array.from({ length: sizes.width * channels }, (__, lane) =>
      isInside(row % sizes.height, height) && isInside(Math.floor(lane / channels), width) ? 0 : value,
    ),
  );
  const right = conversion.constant(`${name}.frame`, 8, frame);
  return imagesOf(add(conversion.builder, `${name}.padded`, { left: copy, right, laneBits: 8 }), sizes);
}

/** The greatest of each window, of numbers that stay as they are. */
export function maxPool(conversion: Conversion, node: OnnxNode, name: string, value: Quantised): Quantised {
  const { stride, padding } = slidingOf(node);
  if (padding !== 0 || (node.attributes.get("ceil_mode") ?? 0) !== 0)
    throw unfit(node, "its windows leave the picture");
  const [height = 0, width = 0] = (node.attributes.get("kernel_shape") ?? []) as readonly number[];
  const images = imagesAt(node, value);
  const tensor = pool(conversion.builder, name, { images, kind: "max", height, width, stride });
  return { ...value, tensor, columns: tensor.columns, sizes: sizesOf(tensor) };
}

/** A row for each picture, in ONNX's order of channel, row and column. */
export function flattened(conversion: Conversion, node: OnnxNode, name: string, value: Quantised): Quantised {
  const images = imagesAt(node, value);
  const { count, height, width, channels } = images;
  const tensor = rearrange(conversion.builder, name, {
    operand: images,
    blockRows: height,
    sizes: [count, 1, 1, channels, height, width],
    block: { factors: { 0: 1 } },
    row: { factors: { 4: 1 } },
    column: { factors: { 3: 1, 5: channels } },
  });
  const { kind, scale, zero, isUnsigned: unsigned, isFloat } = value;
  return { kind, tensor, columns: tensor.columns, scale, zero, isUnsigned: unsigned, isFloat };
}

function sizesOf({ count, height, width, channels }: Images): ImageSizes {
  return { count, height, width, channels };
}
