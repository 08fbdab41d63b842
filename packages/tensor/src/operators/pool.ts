import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { PoolFlag } from "../kernels/poolWindow.ts";
import { MAX_WINDOW_HEIGHT, MAX_WINDOW_WIDTH } from "../kernels/poolWindow.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { MAX_READ_WORDS } from "../program/ranges.ts";
import { rowLog2Of, type Shape, type Tensor } from "../program/Tensor.ts";
import { assertWhole, describeImages, type Images, imagesOf, type ImageSizes, shapeOf } from "./images.ts";

export interface PoolOptions {
  readonly images: Images;
  readonly kind: "max" | "average" | "sum";
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  /** Makes rows of the result at least as long: lanes past the last pixel are zero. */
  readonly leastColumns?: number;
  readonly output?: boolean;
}

/** Averages are sums times this over 2^31, rounded. */
const AVERAGE_SHIFT = 31;

function resultSizes(name: string, { images, height, width, stride }: PoolOptions): ImageSizes {
  assertLaneBits(images.name, images.laneBits, [8, 16, 32]);
  assertWhole(name, "height of a window", height, 1, Math.min(MAX_WINDOW_HEIGHT, images.height));
  assertWhole(name, "width of a window", width, 1, Math.min(MAX_WINDOW_WIDTH, images.width));
  assertWhole(name, "stride", stride, 1, 2 ** 16);
  // At worst each row of pixels is read as a whole, and one word of errors besides.
  if (height * 2 ** images.rowLog2 >= MAX_READ_WORDS)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: a window reads ${height} rows of ${2 ** images.rowLog2} words`,
      `the verifier takes fewer than ${MAX_READ_WORDS}: split the channels`,
    );
  return {
    count: images.count,
    height: Math.floor((images.height - height) / stride) + 1,
    width: Math.floor((images.width - width) / stride) + 1,
    channels: images.channels,
  };
}

function resultShape({ images, leastColumns = 0 }: PoolOptions, sizes: ImageSizes): Shape {
  const { rows, columns } = shapeOf(sizes);
  return { rows, columns: Math.max(columns, leastColumns), laneBits: images.laneBits };
}

/** Fields that both kernels have. */
function commonFields(
  options: PoolOptions,
  sizes: ImageSizes,
  addressOf: (tensor: Tensor) => number,
): (number | bigint)[] {
  const { images, kind, height, width, stride } = options;
  return [
    addressOf(images),
    images.count,
    images.height,
    images.width,
    images.channels,
    images.rowLog2,
    Math.log2(images.laneBits),
    height,
    width,
    stride,
    sizes.height,
    sizes.width,
    rowLog2Of(resultShape(options, sizes)),
    kind === "max" ? PoolFlag.Max : 0n,
    ...(kind === "sum" ? [1, 0] : [Math.round((2 ** AVERAGE_SHIFT - 1) / (height * width)), AVERAGE_SHIFT]),
  ];
}

/** Greatest, average or sum of each window: see `Pool.sol`. */
export function pool(builder: ProgramBuilder, name: string, options: PoolOptions): Images {
  const sizes = resultSizes(name, options);
  const result = builder.add({
    name,
    kernel: "Pool",
    shape: resultShape(options, sizes),
    output: options.output ?? false,
    reads: [options.images],
    params: (addressOf) => encodeParams(commonFields(options, sizes, addressOf)),
  });
  return { ...result, ...sizes };
}

/** Gradient of a pool whose windows do not overlap, from the errors of its result: see `PoolGradient.sol`. */
export function poolGradient(builder: ProgramBuilder, name: string, options: PoolOptions, errors: Images): Images {
  const { images, height, width, stride } = options;
  const sizes = resultSizes(name, options);
  if (stride < Math.max(height, width))
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: windows of ${height} × ${width} at a stride of ${stride} overlap`,
      "take a stride of the window's size",
    );
  const fits =
    errors.count === sizes.count &&
    errors.height === sizes.height &&
    errors.width === sizes.width &&
    errors.channels === sizes.channels &&
    errors.laneBits === images.laneBits;
  if (!fits)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: errors ${describeImages(errors)} of ${errors.laneBits} bits`,
      `the pool has ${sizes.count} × ${sizes.height} × ${sizes.width} × ${sizes.channels} of ${images.laneBits} bits`,
    );
  const result = builder.add({
    name,
    kernel: "PoolGradient",
    shape: { ...shapeOf(images), laneBits: images.laneBits },
    output: options.output ?? false,
    reads: [images, errors],
    params: (addressOf) => encodeParams([...commonFields(options, sizes, addressOf), addressOf(errors)]),
  });
  return imagesOf(result, images);
}
