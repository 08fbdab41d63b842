import {
  argMax,
  convolution,
  convolutionGradient,
  execute,
  type Filters,
  type Images,
  imageInput,
  imagesOf,
  InputWriter,
  matMul,
  planes,
  pool,
  poolGradient,
  type PoolOptions,
  type Program,
  ProgramBuilder,
  readRow,
  rearrange,
  requantise,
  rowsOf,
  softmax,
  type Tensor,
  transpose,
} from "@millrace/tensor";

import { shifted } from "./augment.ts";
import { CLASSES, type Digit, DIGIT_SIDE, digitSplit, takeDigits } from "./digits.ts";
import {
  exponentialTable,
  LOGIT_SHIFT,
  WEIGHT_SHIFT,
  weightRows,
  weightWriter,
  writeExponentials,
  writeLabels,
} from "./learning.ts";
import { shuffled } from "./random.ts";
import { WorkloadError } from "./WorkloadError.ts";

export interface ConvolutionalOptions {
  /** Digits to learn from, a multiple of `batch`. */
  readonly digits: number;
  /** Digits to one weight update: 32, 64 or 128. */
  readonly batch: number;
  /** Times that every digit is seen, each time moved a little. */
  readonly epochs: number;
  /** Filters of the convolution. */
  readonly filters: number;
  /** Data other than the npm package's. */
  readonly trainingSet?: readonly Digit[];
}

export const CONVOLUTIONAL_DEFAULTS: ConvolutionalOptions = { digits: 7_936, batch: 64, epochs: 7, filters: 16 };

/** A program with its input, and how to read what it computes. */
export interface ConvolutionalJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: ConvolutionalAbout;
}

/** What `decodeConvolutional` must know; travels in job.json. */
export interface ConvolutionalAbout {
  readonly kind: "training-conv";
  readonly digits: number;
  readonly epochs: number;
  readonly filters: Tensor;
  readonly dense: Tensor;
}

/** A convolution of 6 × 6 pixels at a stride of 2, the greatest of each 2 × 2, and a dense layer. */
export interface ConvolutionalWeights {
  /** A row of 36 int8 for each filter. */
  readonly filters: readonly Int8Array[];
  /** Ten rows, 36 int8 for each filter. */
  readonly dense: readonly Int8Array[];
}

// ─── SIZES ───

/** Pictures are folded, 2 × 2 pixels to one of four channels, so that a stride of two is one of one. */
const FOLD = 2;
const FOLDED_SIDE = DIGIT_SIDE / FOLD;
const CHANNELS = FOLD * FOLD;

/** Filters of 3 × 3 folded pixels. */
const FILTER_SIDE = 3;
const TAPS = FILTER_SIDE * FILTER_SIDE * CHANNELS;
const CONVOLVED_SIDE = FOLDED_SIDE - FILTER_SIDE + 1;
const POOL_SIDE = 2;
const POOLED_SIDE = CONVOLVED_SIDE / POOL_SIDE;

// ─── HYPERPARAMETERS ───
// Found by a search on the training set; everything is a whole number over a power of two.

/** Activations are `dot · 2^-shift`, int8. */
const ACTIVATION_SHIFT = 7;

/** Steps of the weights are `gradient · rate / 2^shift`, the gradient being a sum over the batch. */
const FILTER_RATE = 80;
const FILTER_RATE_SHIFT = 14;
const DENSE_RATE = 256;
const DENSE_RATE_SHIFT = 14;

/** Rates shrink to this part after each epoch. */
const RATE_DECAY = 0.6;

/** Bits of the errors that are dropped on their way back through the dense layer. */
const ERROR_SHIFT = 5;

/** Bounds of the random weights to begin with. */
const FILTER_SPREAD = 8_000;
const DENSE_SPREAD = 2_000;

/** Pixels that a digit is moved by at most, in each direction. */
const MAX_SHIFT = 1;

// ─── PROGRAM ───

interface Layers {
  readonly filters: Tensor;
  readonly dense: Tensor;
}

interface Inputs {
  /** A batch each, in the order in which they are learned. */
  readonly batches: readonly Images[];
  readonly labels: Tensor;
  readonly table: Tensor;
  readonly start: Layers;
}

/** Stochastic gradient descent of a small convolutional network, from random weights: the result is the network. */
export function buildConvolutional(options: Partial<ConvolutionalOptions> = {}): ConvolutionalJob {
  const full = { ...CONVOLUTIONAL_DEFAULTS, ...options };
  assertOptions(full);
  const { digits: count, batch, epochs, filters } = full;
  const digits = epochsOf(takeDigits(full.trainingSet ?? digitSplit().training, count), epochs);
  const steps = digits.length / batch;
  const builder = new ProgramBuilder();
  const inputs = declareInputs(builder, steps, batch, filters);

  let wide = inputs.start;
  let narrow = narrowed(builder, "0", wide);
  for (let step = 0; step < steps; step++) {
    const rate = RATE_DECAY ** Math.floor((step * epochs) / steps);
    wide = learn(builder, `${step + 1}`, step, { wide, narrow, inputs, rate });
    narrow = narrowed(builder, `${step + 1}`, wide, step + 1 === steps);
  }
  const program = builder.build();
  return {
    program,
    input: writeInputs(program, inputs, digits),
    about: { kind: "training-conv", digits: count, epochs, filters: narrow.filters, dense: narrow.dense },
  };
}

/** Trained weights from the output region. */
export function decodeConvolutional({ filters, dense }: ConvolutionalAbout, output: Uint8Array): ConvolutionalWeights {
  return { filters: weightRows(output, filters), dense: weightRows(output, dense) };
}

function assertOptions({ digits, batch, epochs, filters }: ConvolutionalOptions): void {
  if (![32, 64, 128].includes(batch)) throw new WorkloadError(`batches of ${batch} digits`, "take 32, 64 or 128");
  if (!Number.isInteger(digits / batch)) throw new WorkloadError(`${digits} digits`, `take a multiple of ${batch}`);
  if (!Number.isInteger(epochs) || epochs <= 0) throw new WorkloadError(`${epochs} epochs`, "take at least one");
  if (!Number.isInteger(filters) || filters < 1 || filters > 64)
    throw new WorkloadError(`${filters} filters`, "take 1 to 64");
}

/** All digits of all epochs, each epoch in an order of its own, each digit moved after the first. */
function epochsOf(digits: readonly Digit[], epochs: number): Digit[] {
  return Array.from({ length: epochs }, (_, epoch) =>
    epoch === 0
      ? digits
      : shuffled(digits, epoch).map((digit, i) => shifted(digit, epoch * digits.length + i, MAX_SHIFT)),
  ).flat();
}

function declareInputs(builder: ProgramBuilder, steps: number, batch: number, filters: number): Inputs {
  const sizes = { height: FOLDED_SIDE, width: FOLDED_SIDE, channels: CHANNELS };
  const all = imageInput(builder, "digits", { count: steps * batch, ...sizes });
  return {
    batches: Array.from({ length: steps }, (_, i) =>
      imagesOf(rowsOf(all, i * batch * FOLDED_SIDE, batch * FOLDED_SIDE), { count: batch, ...sizes }),
    ),
    labels: builder.input("labels", { rows: (steps * batch) / 32, columns: 32, laneBits: 8 }),
    table: exponentialTable(builder),
    start: {
      filters: builder.input("filters", { rows: filters, columns: TAPS, laneBits: 16 }),
      dense: builder.input("dense", { rows: CLASSES, columns: filters * POOLED_SIDE ** 2, laneBits: 16 }),
    },
  };
}

interface Forward {
  readonly convolved: Images;
  readonly pooling: PoolOptions;
  readonly pooled: Images;
  /** A row for each digit. */
  readonly features: Tensor;
  readonly logits: Tensor;
}

function forward(builder: ProgramBuilder, step: string, images: Images, { filters, dense }: Layers): Forward {
  const bank: Filters = { tensor: filters, height: FILTER_SIDE, width: FILTER_SIDE };
  const convolved = convolution(builder, `convolved.${step}`, {
    images,
    filters: bank,
    laneBits: 8,
    shift: ACTIVATION_SHIFT,
    relu: true,
  });
  const pooling: PoolOptions = {
    images: convolved,
    kind: "max",
    height: POOL_SIDE,
    width: POOL_SIDE,
    stride: POOL_SIDE,
  };
  const pooled = pool(builder, `pooled.${step}`, pooling);
  const features = flattened(builder, `features.${step}`, pooled);
  const logits = matMul(builder, `logits.${step}`, { left: features, right: dense, laneBits: 32 });
  return { convolved, pooling, pooled, features, logits };
}

/** Pictures as one row each. */
function flattened(builder: ProgramBuilder, name: string, images: Images): Tensor {
  return rearrange(builder, name, {
    operand: images,
    blockRows: images.height,
    sizes: [images.count, 1, 1, images.height, 1, images.columns],
    block: { factors: { 0: 1 } },
    row: { factors: { 3: 1 } },
    column: { factors: { 5: 1 } },
  });
}

/** One row each as pictures. */
function unflattened(builder: ProgramBuilder, name: string, rows: Tensor, like: Images): Images {
  const result = rearrange(builder, name, {
    operand: rows,
    sizes: [1, like.count, like.height, 1, 1, like.columns],
    row: { factors: { 1: 1 } },
    column: { factors: { 2: like.columns, 5: 1 } },
  });
  return imagesOf(result, like);
}

interface State {
  /** int16 weights, which are updated. */
  readonly wide: Layers;
  /** int8 weights, which the network uses. */
  readonly narrow: Layers;
  readonly inputs: Inputs;
  readonly rate: number;
}

/** One step: forward, loss gradient, backward, and the weights less their gradients. */
function learn(builder: ProgramBuilder, step: string, index: number, { wide, narrow, inputs, rate }: State): Layers {
  const images = inputs.batches[index] as Images;
  const { convolved, pooling, pooled, features, logits } = forward(builder, step, images, narrow);
  const labels = rowsOf(inputs.labels, (index * images.count) / 32, images.count / 32);
  const error = softmax(builder, `error.${step}`, { logits, table: inputs.table, shift: LOGIT_SHIFT, labels });

  const featureErrors = matMul(builder, `featureErrors.${step}`, {
    left: error,
    right: transpose(builder, `denseByFeature.${step}`, { operand: narrow.dense }),
    laneBits: 8,
    shift: ERROR_SHIFT,
    mask: features,
  });
  const pooledErrors = unflattened(builder, `pooledErrors.${step}`, featureErrors, pooled);
  const errors = poolGradient(builder, `convolvedErrors.${step}`, pooling, pooledErrors);

  const scale = (base: number): number => -Math.max(1, Math.round(base * rate));
  return {
    filters: convolutionGradient(builder, `filters.${step}`, {
      images: planes(builder, `imagePlanes.${step}`, images),
      imageSizes: images,
      errors: planes(builder, `errorPlanes.${step}`, errors),
      errorSizes: convolved,
      filterHeight: FILTER_SIDE,
      filterWidth: FILTER_SIDE,
      laneBits: 16,
      scale: scale(FILTER_RATE),
      shift: FILTER_RATE_SHIFT,
      addend: wide.filters,
    }),
    dense: matMul(builder, `dense.${step}`, {
      left: transpose(builder, `errorByClass.${step}`, { operand: error }),
      right: transpose(builder, `featuresByDigit.${step}`, { operand: features }),
      laneBits: 16,
      scale: scale(DENSE_RATE),
      shift: DENSE_RATE_SHIFT,
      addend: wide.dense,
    }),
  };
}

function narrowed(builder: ProgramBuilder, step: string, wide: Layers, output = false): Layers {
  const narrow = (name: string, operand: Tensor): Tensor =>
    requantise(builder, `${name}.${step}`, { operand, laneBits: 8, shift: WEIGHT_SHIFT, output });
  return { filters: narrow("filtersUpper", wide.filters), dense: narrow("denseUpper", wide.dense) };
}

// ─── INFERENCE ───

export interface ConvolutionalInference {
  readonly program: Program;
  readonly input: Uint8Array;
  /** Classes, one after another. */
  readonly predictions: Tensor;
}

/** A trained network over digits that it has not seen. */
export function buildConvolutionalInference(
  weights: ConvolutionalWeights,
  digits: readonly Digit[] = digitSplit().heldOut,
): ConvolutionalInference {
  const builder = new ProgramBuilder();
  const sizes = { count: digits.length, height: FOLDED_SIDE, width: FOLDED_SIDE, channels: CHANNELS };
  const images = imageInput(builder, "digits", sizes);
  const filters = builder.input("filters", { rows: weights.filters.length, columns: TAPS, laneBits: 8 });
  const columns = weights.dense[0]?.length ?? 0;
  const dense = builder.input("dense", { rows: CLASSES, columns, laneBits: 8 });
  const { logits } = forward(builder, "all", images, { filters, dense });
  const predictions = argMax(builder, "predictions", { operand: logits, laneBits: 8, output: true });
  const program = builder.build();
  const writer = new InputWriter(program);
  writeDigits(writer, images, digits, 0);
  weights.filters.forEach((row, i) => writer.row(filters, i, row));
  weights.dense.forEach((row, i) => writer.row(dense, i, row));
  return { program, input: writer.bytes, predictions };
}

/** Share of digits that the network, run as a program, takes for what they are. */
export function convolutionalAccuracy(weights: ConvolutionalWeights, digits: readonly Digit[]): number {
  const { program, input, predictions } = buildConvolutionalInference(weights, digits);
  const { output } = execute(program, input);
  const classes = Array.from({ length: predictions.rows }, (_, row) => [...readRow(output, predictions, row)]).flat();
  return digits.filter(({ label }, i) => label === classes[i]).length / digits.length;
}

// ─── INPUT ───

function writeInputs(program: Program, inputs: Inputs, digits: readonly Digit[]): Uint8Array {
  const writer = new InputWriter(program);
  inputs.batches.forEach((images, i) => {
    writeDigits(writer, images, digits, i * images.count);
  });
  writeLabels(writer, inputs.labels, digits);
  writeExponentials(writer, inputs.table);
  const writeWeights = weightWriter(writer);
  const { filters, dense } = inputs.start;
  writeWeights(filters, FILTER_SPREAD);
  writeWeights(dense, DENSE_SPREAD);
  return writer.bytes;
}

/** Digits from `first` on, folded. */
function writeDigits(writer: InputWriter, images: Images, digits: readonly Digit[], first: number): void {
  const row = new Int8Array(FOLDED_SIDE * CHANNELS);
  for (let n = 0; n < images.count; n++) {
    const { pixels } = digits[first + n] as Digit;
    for (let y = 0; y < FOLDED_SIDE; y++) {
      for (let i = 0; i < row.length; i++) {
        const [x, dy, dx] = [Math.floor(i / CHANNELS), Math.floor((i % CHANNELS) / FOLD), i % FOLD];
        row[i] = pixels[(y * FOLD + dy) * DIGIT_SIDE + x * FOLD + dx] ?? 0;
      }
      writer.row(images, n * FOLDED_SIDE + y, row);
    }
  }
}
