import { TensorError } from "../errors.ts";
import { ConvolutionFlag, MAX_FILTER_ROWS } from "../kernels/convolution.ts";
import { ConvolutionGradientFlag, MAX_RUNS } from "../kernels/convolutionGradient.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { MAX_RANGES, MAX_READ_WORDS } from "../program/ranges.ts";
import { groupLog2Of, MAX_ROW_LOG2, rowLog2Of, type Tensor } from "../program/Tensor.ts";
import { isPowerOfTwo, type LaneBits } from "../words.ts";
import { assertWhole, describeImages, type Filters, type Images, type ImageSizes, shapeOf } from "./images.ts";
import { rearrange } from "./rearrange.ts";
import { assertScaling } from "./scaling.ts";

export interface ConvolutionOptions {
  readonly images: Images;
  /** As many rows as the result has channels. */
  readonly filters: Filters;
  readonly laneBits: LaneBits;
  readonly stride?: number;
  /** Rows and columns of zeros around each picture. */
  readonly padding?: number;
  readonly scale?: number;
  readonly shift?: number;
  readonly relu?: boolean;
  /** One row of int32, a number for each filter. */
  readonly bias?: Tensor;
  /** Puts zero where it is not positive: pictures of the result's sizes. */
  readonly mask?: Images;
  /** Makes rows of the result at least as long: lanes past the last pixel are zero. */
  readonly leastColumns?: number;
  readonly output?: boolean;
}

/** Convolution of pictures, scaled, gated and saturated: see `Convolution.sol`. */
export function convolution(builder: ProgramBuilder, name: string, options: ConvolutionOptions): Images {
  const { images, filters, laneBits, stride = 1, padding = 0, scale = 1, shift = 0, bias, mask } = options;
  assertLaneBits(images.name, images.laneBits, [8]);
  assertLaneBits(filters.tensor.name, filters.tensor.laneBits, [8]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { scale, shift });
  assertFilters(name, filters, images.channels);
  assertWhole(name, "stride", stride, 1, 2 ** 16);
  assertWhole(name, "padding", padding, 0, 2 ** 16);
  const sizes = {
    count: images.count,
    height: Math.floor((images.height + 2 * padding - filters.height) / stride) + 1,
    width: Math.floor((images.width + 2 * padding - filters.width) / stride) + 1,
    channels: filters.tensor.rows,
  };
  if (sizes.height <= 0 || sizes.width <= 0)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: filters of ${filters.height} × ${filters.width} do not fit into ${describeImages(images)}`,
      "take smaller filters or more padding",
    );
  const { rows, columns } = shapeOf(sizes);
  const shape = { rows, columns: Math.max(columns, options.leastColumns ?? 0), laneBits };
  if (bias !== undefined && (bias.rows !== 1 || bias.columns < sizes.channels || bias.laneBits !== 32))
    throw new TensorError("BAD_SHAPE", `${name}: ${bias.name} is no bias`, `give 1 × ${sizes.channels} of 32 bits`);
  if (mask !== undefined)
    assertSame(`${name}: layouts must agree`, { ...images, ...shape, name }, mask, isLike(mask, sizes, laneBits));
  assertReadable(name, options, filters);
  const flags =
    (options.relu === true ? ConvolutionFlag.Relu : 0n) |
    (bias !== undefined ? ConvolutionFlag.Bias : 0n) |
    (mask !== undefined ? ConvolutionFlag.Mask : 0n);
  const result = builder.add({
    name,
    kernel: "Convolution",
    shape,
    output: options.output ?? false,
    reads: [images, filters.tensor, ...(bias === undefined ? [] : [bias]), ...(mask === undefined ? [] : [mask])],
    params: (addressOf) =>
      encodeParams([
        addressOf(images),
        images.count,
        images.height,
        images.width,
        images.channels,
        images.rowLog2,
        addressOf(filters.tensor),
        filters.tensor.rows,
        filters.height,
        filters.width,
        filters.tensor.rowLog2,
        stride,
        padding,
        sizes.height,
        sizes.width,
        rowLog2Of(shape),
        Math.log2(laneBits),
        scale,
        shift,
        flags,
        bias === undefined ? 0 : addressOf(bias),
        mask === undefined ? 0 : addressOf(mask),
      ]),
  });
  return { ...result, ...sizes };
}

function isLike(images: Images, { count, height, width, channels }: ImageSizes, laneBits: number): boolean {
  return (
    images.count === count &&
    images.height === height &&
    images.width === width &&
    images.channels === channels &&
    images.laneBits === laneBits
  );
}

function assertFilters(name: string, { tensor, height, width }: Filters, channels: number): void {
  assertWhole(name, "height of a filter", height, 1, MAX_FILTER_ROWS);
  assertWhole(name, "width of a filter", width, 1, 2 ** 13);
  if (tensor.columns !== height * width * channels)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: ${tensor.name} has ${tensor.columns} columns`,
      `filters of ${height} × ${width} over ${channels} channels have ${height * width * channels}`,
    );
}

/** What a lane reads must be few enough ranges and words: at worst, each row of pixels is read as a whole. */
function assertReadable(name: string, { images, bias, mask }: ConvolutionOptions, filters: Filters): void {
  const extras = (bias === undefined ? 0 : 1) + (mask === undefined ? 0 : 1);
  const ranges = filters.height + 1 + extras;
  const words = filters.height * 2 ** images.rowLog2 + 2 ** filters.tensor.rowLog2 + extras;
  if (ranges > MAX_RANGES || words > MAX_READ_WORDS)
    throw new TensorError(
      "BAD_SHAPE",
      `a lane of ${name} reads up to ${ranges} ranges of ${words} words`,
      `the verifier takes ${MAX_RANGES} ranges of ${MAX_READ_WORDS} words: split the channels into sums of convolutions`,
    );
}

/** Pictures as planes: a row for each channel of each picture, all pixels of it; what `convolutionGradient` takes. */
export function planes(builder: ProgramBuilder, name: string, images: Images): Tensor {
  return rearrange(builder, name, {
    operand: images,
    blockRows: images.height,
    sizes: [images.channels, images.count, 1, images.height, images.width, 1],
    block: { factors: { 1: 1 } },
    row: { factors: { 3: 1 } },
    column: { factors: { 0: 1, 4: images.channels } },
    alignment: 2 ** MAX_ROW_LOG2,
  });
}

/**
 * Filters turned by half a circle, with channels and filters changed about: a convolution of the errors with them, with
 * a padding of `height − 1 − padding`, is the gradient of a square convolution of stride one with respect to its pictures.
 */
export function flippedFilters(builder: ProgramBuilder, name: string, filters: Filters): Filters {
  const { tensor, height, width } = filters;
  const channels = tensor.columns / (height * width);
  const flipped = rearrange(builder, name, {
    operand: tensor,
    sizes: [1, 1, channels, height, width, tensor.rows],
    row: { factors: { 5: 1 } },
    column: {
      offset: (height * width - 1) * channels,
      factors: { 2: 1, 3: -width * channels, 4: -channels },
    },
  });
  return { tensor: flipped, height, width };
}

export interface ConvolutionGradientOptions {
  /** Planes of the pictures that were convolved, and their sizes. */
  readonly images: Tensor;
  readonly imageSizes: ImageSizes;
  /** Planes of the errors of the result, and their sizes. */
  readonly errors: Tensor;
  readonly errorSizes: ImageSizes;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly padding?: number;
  readonly laneBits: LaneBits;
  readonly scale?: number;
  readonly shift?: number;
  /** Added at the end: has the shape of the filters. */
  readonly addend?: Tensor;
}

/**
 * Gradient of a convolution of stride one with respect to its filters: see `ConvolutionGradient.sol`. A batch of more
 * pictures than a lane can read becomes a chain of operators, each of which is rounded and saturated by itself; give a
 * wide result and no shift where the whole sum is to be exact.
 */
export function convolutionGradient(
  builder: ProgramBuilder,
  name: string,
  options: ConvolutionGradientOptions,
): Tensor {
  const { images, imageSizes, errors, errorSizes, filterHeight, filterWidth, laneBits } = options;
  const { padding = 0, scale = 1, shift = 0 } = options;
  assertLaneBits(images.name, images.laneBits, [8]);
  assertLaneBits(errors.name, errors.laneBits, [8]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { scale, shift });
  for (const [tensor, sizes] of [
    [images, imageSizes],
    [errors, errorSizes],
  ] as const)
    if (tensor.rows !== sizes.channels * sizes.count || tensor.columns !== sizes.height * sizes.width)
      throw new TensorError(
        "BAD_SHAPE",
        `${name}: ${tensor.name} has ${tensor.rows} × ${tensor.columns} lanes`,
        `planes of these pictures have ${sizes.channels * sizes.count} × ${sizes.height * sizes.width}`,
      );
  const [height, width] = [imageSizes.height + 2 * padding, imageSizes.width + 2 * padding];
  if (height - filterHeight + 1 !== errorSizes.height || width - filterWidth + 1 !== errorSizes.width)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: errors of ${errorSizes.height} × ${errorSizes.width}`,
      `a convolution of stride 1 makes ${height - filterHeight + 1} × ${width - filterWidth + 1}`,
    );
  const shape = {
    rows: errorSizes.channels,
    columns: filterHeight * filterWidth * imageSizes.channels,
    laneBits,
  };
  const group = groupOf(name, options);
  let sum = options.addend;
  for (let first = 0; first < imageSizes.count; first += 2 ** group) {
    const addend = sum;
    if (
      addend !== undefined &&
      (addend.rows !== shape.rows || addend.columns !== shape.columns || addend.laneBits !== laneBits)
    )
      throw new TensorError("BAD_SHAPE", `${name}: ${addend.name} has another shape`, "give one of the filters' shape");
    sum = builder.add({
      name: first === 0 ? name : `${name}[${first}]`,
      kernel: "ConvolutionGradient",
      shape,
      reads: [images, errors, ...(addend === undefined ? [] : [addend])],
      params: (addressOf) =>
        encodeParams([
          addressOf(images),
          imageSizes.count,
          imageSizes.height,
          imageSizes.width,
          imageSizes.channels,
          images.rowLog2,
          addressOf(errors),
          errorSizes.channels,
          errorSizes.height,
          errorSizes.width,
          errors.rowLog2,
          first,
          group,
          filterHeight,
          filterWidth,
          padding,
          rowLog2Of(shape),
          Math.log2(laneBits),
          scale,
          shift,
          addend === undefined ? 0n : ConvolutionGradientFlag.Addend,
          addend === undefined ? 0 : addressOf(addend),
        ]),
    });
  }
  return sum as Tensor;
}

/** Pictures that one lane sums over, as a logarithm: as many as it can read, of whole batches. */
function groupOf(name: string, { images, errors, imageSizes, errorSizes }: ConvolutionGradientOptions): number {
  if (!isPowerOfTwo(imageSizes.count))
    throw new TensorError("BAD_SHAPE", `${name}: a batch of ${imageSizes.count}`, "take a power of two");
  const most = [
    groupLog2Of(images),
    groupLog2Of(errors),
    Math.log2(imageSizes.count),
    Math.log2(Number(MAX_RUNS) / errorSizes.height),
  ];
  const group = Math.floor(Math.min(...most));
  if (group < 0)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: planes of ${errorSizes.height} rows`,
      `a lane sums ${MAX_RUNS} at most`,
    );
  return group;
}
