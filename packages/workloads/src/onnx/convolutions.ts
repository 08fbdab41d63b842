import { add, convolution, type Images, imagesOf, type ImageSizes, rearrange, type Tensor } from "@millrace/tensor";

import { numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { requantised } from "./floats.ts";
import type { OnnxNode, OnnxTensor } from "./OnnxModel.ts";
import { biasOf, quantisedAt, weightsAt } from "./products.ts";
import { int8Parts, quantisationAt, sumScales } from "./scales.ts";
import { unfit } from "./unfit.ts";
import { type Accumulated, expectKind, nameOf, type Quantised, type QuantisedConstant, type Value } from "./values.ts";
import { paddedColumns } from "./views.ts";
import { hasPads, padded, picturesOf, viewOfPictures, type Windows, windowsOf } from "./windows.ts";

/** Pictures, scale, zero, filters, scale, zero, result's scale, zero, bias. */
export function qLinearConv(conversion: Conversion, node: OnnxNode): Value {
  const sum = convolve(conversion, node, {
    left: quantisedAt(conversion, node, 0),
    weights: weightsAt(conversion, node, 3, 0),
    bias: biasOf(node, conversion, 8),
  });
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 6));
}

/** A convolution of floats that are quantised numbers: computed as those. */
export function floatConvolution(conversion: Conversion, node: OnnxNode): Value {
  const bias = conversion.operand(node, 2);
  return convolve(conversion, node, {
    left: expectKind(node, "operand", conversion.operand(node, 0), "quantised"),
    weights: expectKind(node, "weights", conversion.operand(node, 1), "quantisedConstant"),
    bias: bias === undefined ? undefined : expectKind(node, "bias", bias, "quantisedConstant").tensor,
  });
}

interface Convolved {
  readonly left: Quantised;
  readonly weights: QuantisedConstant;
  readonly bias: OnnxTensor | undefined;
}

/** A bank of filters over all channels: a list of taps for each, in the order of rows, columns and channels. */
interface Bank {
  readonly taps: readonly ArrayLike<number>[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** `Σ (pixel − its zero) · tap + bias`, exact. Pads stand for real zeros, so they are held as the zero point is. */
function convolve(conversion: Conversion, node: OnnxNode, { left, weights, bias }: Convolved): Accumulated {
  const name = nameOf(node);
  const images = picturesOf(conversion, node, name, left);
  const [count = 0, , ...size] = weights.tensor.dims;
  if (bias !== undefined && bias.values.length !== count)
    throw unfit(node, `its bias has ${bias.values.length} elements for ${count} filters`);
  const windows = windowsOf(node, size, images);
  const bank = bankOf(node, weights, images.channels, windows);
  const offsets = bank.taps.map(
    (taps, filter) => (bias?.values[filter] ?? 0) - left.zero * Array.from(taps).reduce((sum, tap) => sum + tap, 0),
  );
  const result = summed(conversion, name, { images, windows, bank, offsets, zero: left.zero });
  const scales = sumScales(left, weights);
  const { strides, counts } = windows;
  const step = strides[0] === strides[1] ? 1 : undefined;
  return {
    kind: "accumulated",
    ...viewOfPictures(result, counts, step === undefined ? strides : [1, 1]),
    scales: scales.every((scale) => scale === scales[0]) ? scales.slice(0, 1) : scales,
  };
}

/** Far more than a proof reads: such filters are cut into many. */
const MOST_TAPS = 2 ** 18;

/** Filters of groups and with gaps as filters over all channels without: zeros stand where they do not reach. */
function bankOf(
  node: OnnxNode,
  { tensor, scales, zeros, axis }: QuantisedConstant,
  channels: number,
  { dilations }: Windows,
): Bank {
  const [count = 0, own = 0, rows = 0, columns = 0] = tensor.dims;
  const groups = numberOf(node, "group", 1);
  if (tensor.dims.length !== 4 || own * groups !== channels || count % groups !== 0)
    throw unfit(
      node,
      `its weights are ${tensor.dims.join(" × ")} for pictures of ${channels} channels in ${groups} groups`,
    );
  if (Math.max(scales.length, zeros.length) > 1 && axis !== 0)
    throw unfit(node, "its weights are not quantised by filter");
  const [height, width] = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1];
  const length = height * width * channels;
  if (length > MOST_TAPS)
    throw unfit(node, `its filters have ${length} taps, gaps and groups included`, `at most ${MOST_TAPS} are possible`);
  const taps = Array.from({ length: count }, (_, filter) => {
    const list = new Int16Array(length);
    const zero = zeros[zeros.length === 1 ? 0 : filter] ?? 0;
    const firstChannel = Math.floor(filter / (count / groups)) * own;
    for (let channel = 0; channel < own; channel++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const value = tensor.values[((filter * own + channel) * rows + row) * columns + column] ?? 0;
          const place = row * dilations[0] * width + column * dilations[1];
          list[place * channels + firstChannel + channel] = value - zero;
        }
    return list;
  });
  return { taps, height, width, channels };
}

export interface Summed {
  readonly images: Images;
  readonly windows: Windows;
  readonly bank: Bank;
  /** Added to the sums of each filter. */
  readonly offsets: readonly number[];
  /** Code that stands in the pads. */
  readonly zero: number;
}

/** Words and ranges that a lane of the verifier's reads at most, less what the bias takes. */
const [MOST_WORDS, MOST_ROWS, MOST_LANES] = [575, 6, 8_192];

/** Sums over windows as int32: several convolutions, if one lane would read too much, added up. */
function summed(conversion: Conversion, name: string, { images, windows, bank, offsets, zero }: Summed): Images {
  const { pads, strides } = windows;
  const stride = strides[0] === strides[1] ? strides[0] : 1;
  const isEven = new Set([pads.top, pads.left, pads.bottom, pads.right]).size === 1;
  const isWhole = partsOf(images, bank).length === 1;
  const padding = isWhole && isEven && (zero === 0 || !hasPads(pads)) ? pads.top : 0;
  const inside = padding > 0 ? images : padded(conversion, name, images, pads, zero);
  let sum: Images | undefined;
  for (const [index, part] of partsOf(inside, bank).entries()) {
    const { rows } = part;
    const own = cut(conversion, `${name}.part${index}`, inside, bank, part);
    const lists = bank.taps.map((taps) => tapsOf(taps, bank, part));
    for (const [half, filters] of int8Parts(lists).entries()) {
      const suffix = index + half === 0 ? "" : `.${index}.${half}`;
      const convolved = convolution(conversion.builder, `${name}.sum${suffix}`, {
        images: own,
        filters: {
          tensor: conversion.constant(`${name}.weights${suffix}`, 8, filters),
          height: rows.length,
          width: bank.width,
        },
        ...(sum === undefined && { bias: conversion.constant(`${name}.bias`, 32, [offsets]) }),
        laneBits: 32,
        stride,
        padding,
        leastColumns: paddedColumns(1),
      });
      const total: Tensor | undefined =
        sum && add(conversion.builder, `${name}.total${suffix}`, { left: sum, right: convolved, laneBits: 32 });
      sum = total === undefined ? convolved : { ...convolved, ...total };
    }
  }
  return sum as Images;
}

/** Rows of filters and channels that one convolution sums over. */
interface Part {
  readonly rows: Run;
  readonly channels: Run;
}

interface Run {
  readonly from: number;
  readonly length: number;
}

const wordsOf = (lanes: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(lanes / 32)));

/** The fewest parts whose lanes can be proven. */
function partsOf({ width }: ImageSizes, bank: Bank): Part[] {
  for (let cuts = 1; ; cuts *= 2) {
    const channels = Math.ceil(bank.channels / cuts);
    for (let rows = Math.min(bank.height, MOST_ROWS); rows > 0; rows--) {
      const [picture, filter] = [width * channels, rows * bank.width * channels];
      const fits = rows * wordsOf(picture) + wordsOf(filter) <= MOST_WORDS && Math.max(picture, filter) <= MOST_LANES;
      if (fits || (channels === 1 && rows === 1))
        return runs(bank.channels, channels).flatMap((own) =>
          runs(bank.height, rows).map((of) => ({ rows: of, channels: own })),
        );
    }
  }
}

function runs(total: number, length: number): Run[] {
  return Array.from({ length: Math.ceil(total / length) }, (_, i) => ({
    from: i * length,
    length: Math.min(length, total - i * length),
  }));
}

/** The pictures that a part of the filters slides over. */
function cut(conversion: Conversion, name: string, images: Images, bank: Bank, { rows, channels }: Part): Images {
  if (rows.length === bank.height && channels.length === bank.channels) return images;
  const { count, width } = images;
  const height = images.height - bank.height + rows.length;
  const tensor = rearrange(conversion.builder, name, {
    operand: images,
    blockRows: images.height,
    sizes: [count, 1, height, 1, width, channels.length],
    block: { factors: { 0: 1 } },
    row: { offset: rows.from, factors: { 2: 1 } },
    column: { offset: channels.from, factors: { 4: images.channels, 5: 1 } },
  });
  return imagesOf(tensor, { count, height, width, channels: channels.length });
}

function tapsOf(taps: ArrayLike<number>, { width, channels: all }: Bank, { rows, channels }: Part): Int16Array {
  return Int16Array.from({ length: rows.length * width * channels.length }, (_, i) => {
    const [place, channel] = [Math.floor(i / channels.length), i % channels.length];
    return taps[(rows.from * width + place) * all + channels.from + channel] ?? 0;
  });
}
