import { add, pool, rearrange, requantise, rowSums, type Tensor } from "@millrace/tensor";

import { listOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { requantised } from "./floats.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { quantisedAt } from "./products.ts";
import { quantisationAt } from "./scales.ts";
import { unfit } from "./unfit.ts";
import { type Accumulated, expectKind, nameOf, type Quantised, UNSIGNED_OFFSET, type Value } from "./values.ts";
import { dimsOf, paddedColumns, wholeRows } from "./views.ts";
import { hasPads, isSpatial, padded, picturesOf, viewOfPictures, windowsOf } from "./windows.ts";

/** The greatest of each window, of numbers that stay as they are. */
export function maxPool(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised");
  const name = nameOf(node);
  const images = picturesOf(conversion, node, name, value);
  const { size, strides, dilations, pads, counts } = windowsOf(node, listOf(node, "kernel_shape", []), images);
  if (Math.max(...dilations) > 1) throw unfit(node, "its dilations are not 1");
  const inside = padded(conversion, name, images, pads, -UNSIGNED_OFFSET);
  const isEven = strides[0] === strides[1];
  const [height, width] = size;
  const result = pool(conversion.builder, name, {
    images: inside,
    kind: "max",
    height,
    width,
    stride: isEven ? strides[0] : 1,
  });
  return { ...value, ...viewOfPictures(result, counts, isEven ? [1, 1] : strides) };
}

/** `com.microsoft.QLinearAveragePool`: pictures, scale, zero, result's scale, zero. */
export function qLinearAveragePool(conversion: Conversion, node: OnnxNode): Value {
  assertChannelsFirst(node);
  const sum = averaged(conversion, node, quantisedAt(conversion, node, 0));
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 3));
}

export function averagePool(conversion: Conversion, node: OnnxNode): Value {
  return averaged(conversion, node, expectKind(node, "operand", conversion.operand(node, 0), "quantised"));
}

/** `com.microsoft.QLinearGlobalAveragePool`: pictures, scale, zero, result's scale, zero. */
export function qLinearGlobalAveragePool(conversion: Conversion, node: OnnxNode): Value {
  assertChannelsFirst(node);
  const sum = averagedWhole(conversion, node, quantisedAt(conversion, node, 0));
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 3));
}

export function globalAveragePool(conversion: Conversion, node: OnnxNode): Value {
  return averagedWhole(conversion, node, expectKind(node, "operand", conversion.operand(node, 0), "quantised"));
}

/** The mean of whole pictures, by channel; of other axes it is not converted. */
export function reduceMean(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised");
  const given = conversion.operand(node, 1);
  const axes =
    given === undefined
      ? listOf(node, "axes", [])
      : Array.from(expectKind(node, "list of axes", given, "constant").tensor.values);
  if (!isSpatial(node, axes, value.axes.length))
    throw unfit(node, "it averages over more or less than rows and columns");
  const sum = averagedWhole(conversion, node, value);
  return numberOf(node, "keepdims", 1) === 1 ? sum : { ...sum, axes: sum.axes.slice(0, 2) };
}

function assertChannelsFirst(node: OnnxNode): void {
  if (numberOf(node, "channels_last", 0) !== 0)
    throw unfit(node, "its channels come last", "give the model as it was before a runtime optimised it");
}

/** Sums of windows, with a scale that makes means of them. Codes of 16 bits hold every sum that a window can have. */
function averaged(conversion: Conversion, node: OnnxNode, value: Quantised): Accumulated {
  const name = nameOf(node);
  const images = picturesOf(conversion, node, name, value);
  const { size, strides, pads, counts } = windowsOf(node, listOf(node, "kernel_shape", []), images);
  if (hasPads(pads) && numberOf(node, "count_include_pad", 0) === 0)
    throw unfit(node, "its windows leave the picture", "set count_include_pad, or pad before it");
  const inside = padded(conversion, name, images, pads, value.zero);
  const wide = requantise(conversion.builder, `${name}.wide`, { operand: wholeRows(inside), laneBits: 16 });
  const [height, width] = size;
  const isEven = strides[0] === strides[1];
  const sums = pool(conversion.builder, `${name}.sums`, {
    images: { ...inside, ...wide, columns: inside.columns },
    kind: "sum",
    height,
    width,
    leastColumns: paddedColumns(1),
    stride: isEven ? strides[0] : 1,
  });
  const tensor = without(conversion, name, sums, height * width * value.zero);
  return {
    kind: "accumulated",
    ...viewOfPictures({ ...sums, ...tensor }, counts, isEven ? [1, 1] : strides),
    scales: [value.scale],
    count: height * width,
  };
}

/** Sums of whole pictures, by channel: those of a picture fill a whole row, or many, so that each picture has its own. */
function averagedWhole(conversion: Conversion, node: OnnxNode, value: Quantised): Accumulated {
  const name = nameOf(node);
  const dims = dimsOf(value);
  const [count = 0, channels = 0, height = 0, width = 0] = dims;
  const images = picturesOf(conversion, node, name, value);
  const width32 = Math.max(32, 2 ** Math.ceil(Math.log2(channels)));
  const planes = rearrange(conversion.builder, `${name}.planes`, {
    operand: images,
    blockRows: height,
    sizes: [count, 1, width32, 1, height, width],
    block: { factors: { 0: 1 } },
    row: { factors: { 4: 1 } },
    column: { factors: { 2: 1, 5: channels } },
  });
  const sums = rowSums(conversion.builder, `${name}.sums`, { operand: planes, laneBits: 32 });
  const rows: Tensor = { ...sums, rows: count, columns: width32, rowLog2: Math.log2(width32 / 8) };
  return {
    kind: "accumulated",
    tensor: without(conversion, name, rows, height * width * value.zero),
    axes: [
      { size: count, row: 1, column: 0 },
      { size: channels, row: 0, column: 1 },
      { size: 1, row: 0, column: 0 },
      { size: 1, row: 0, column: 0 },
    ],
    scales: [value.scale],
    count: height * width,
  };
}

/** Sums less what the zero points of their summands add up to. */
function without(conversion: Conversion, name: string, sums: Tensor, zeros: number): Tensor {
  if (zeros === 0) return sums;
  const left = wholeRows(sums);
  const row = new Int32Array(left.columns).fill(-zeros);
  const right = conversion.constant(`${name}.zeros`, sums.laneBits === 16 ? 16 : 32, [row]);
  return add(conversion.builder, `${name}.above`, { left, right, laneBits: 32 });
}
