import { type Program, readRow, requantise, type Tensor, TensorError } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import { Conversion } from "./Conversion.ts";
import { describeNode, type OnnxModel, type OnnxNode, parseOnnx } from "./OnnxModel.ts";
import { CONVERTERS } from "./operators.ts";
import { toFloat } from "./quantise.ts";
import { unfit } from "./unfit.ts";
import { type FloatInput, UNSIGNED_OFFSET, type Value } from "./values.ts";
import { dimsOf, laidOut, productOf, type View, wholeRows } from "./views.ts";

export interface OnnxOptions {
  /** The model file. */
  readonly model: Uint8Array;
  /** Rows of floats, one for each example: what the model's only input takes, its other dimensions flattened. */
  readonly rows: readonly ArrayLike<number>[];
}

export interface OnnxJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: OnnxAbout;
}

/** What `decodeOnnx` must know; travels in job.json. */
export interface OnnxAbout {
  readonly kind: "onnx";
  readonly producer: string;
  readonly rows: number;
  readonly outputs: readonly OnnxOutput[];
}

interface OnnxOutput {
  readonly name: string;
  readonly tensor: Tensor;
  /** Numbers of each example, in the model's order: how many rows of the tensor, and how many of each row. */
  readonly rowsEach: number;
  readonly columns: number;
  /** What numbers stand for: `scale · (number − zero)`, a scale for each column or one for all. Absent of classes. */
  readonly scales?: readonly number[];
  readonly zero?: number;
  /** What the codes from −128 on stand for, if it is no such product. */
  readonly floats?: readonly number[];
}

/** Inference by a model that a framework trained, quantised and wrote: the same numbers, as a program that can be disputed. */
export function buildOnnx({ model: bytes, rows }: OnnxOptions): OnnxJob {
  const model = parseOnnx(bytes);
  assertConvertible(model);
  const input = inputOf(model, rows);
  const conversion = new Conversion(new Map([[input.name, rows]]), model.opset);
  for (const [constant, tensor] of model.constants) conversion.values.set(constant, { kind: "constant", tensor });
  conversion.values.set(input.name, input);
  for (const node of model.nodes) convert(conversion, node);
  const outputs = model.outputs.map((output) => outputOf(conversion, output, rows.length));
  const program = conversion.builder.build();
  const about = { kind: "onnx", producer: model.producer, rows: rows.length, outputs } as const;
  return { program, input: conversion.write(program), about };
}

/** Numbers as the framework gives them, by the names of the model's outputs: a row for each example. */
export function decodeOnnx({ outputs, rows }: OnnxAbout, output: Uint8Array): Record<string, number[][]> {
  return Object.fromEntries(outputs.map((each) => [each.name, decodeOutput(each, rows, output)]));
}

function decodeOutput(
  { tensor, rowsEach, columns, scales, zero = 0, floats }: OnnxOutput,
  rows: number,
  output: Uint8Array,
): number[][] {
  const held = Array.from({ length: tensor.rows }, (_, row) => [...readRow(output, tensor, row)]);
  if (scales === undefined) {
    const classes = held.flat();
    return Array.from({ length: rows }, (_, i) => classes.slice(i * columns, (i + 1) * columns));
  }
  const value = (q: number, column: number): number =>
    floats === undefined
      ? Math.fround((q - zero) * (scales[column % scales.length] ?? 1))
      : (floats[q + UNSIGNED_OFFSET] ?? 0);
  return Array.from({ length: rows }, (_, i) =>
    held.slice(i * rowsEach, (i + 1) * rowsEach).flatMap((row) => row.slice(0, columns).map(value)),
  );
}

function keyOf({ domain, opType }: OnnxNode): string {
  return domain === "" ? opType : `${domain}.${opType}`;
}

/** Names the first operator that is not converted, before anything else is looked at. */
function assertConvertible({ nodes, unreadable }: OnnxModel): void {
  const missing = nodes.find((node) => !CONVERTERS.has(keyOf(node)));
  if (missing === undefined) {
    for (const name of nodes.flatMap(({ inputs }) => inputs)) {
      const error = unreadable.get(name);
      if (error !== undefined) throw error;
    }
    return;
  }
  const advice = ADVICE[missing.opType] ?? "take it out of the model, or ask for it";
  throw new WorkloadError(
    `the model needs an operator that is not converted: ${describeNode(missing)}`,
    `${advice}; converted are ${[...CONVERTERS.keys()].join(", ")}`,
  );
}

/** What to do about operators that people will try. */
const ADVICE: Readonly<Record<string, string>> = {
  BatchNormalization: "fold it into the convolution before it, as quant_pre_process of onnxruntime.quantization does",
  DynamicQuantizeLinear: "quantise with quantize_static: scales must be known before the model runs",
  MatMulInteger: "quantise with quantize_static: scales must be known before the model runs",
  ConvInteger: "quantise with quantize_static: scales must be known before the model runs",
  FusedConv: "give the model as it was before a runtime optimised it",
};

/** Values of a node's outputs, an error of the program's builder named by the node. */
function convert(conversion: Conversion, node: OnnxNode): void {
  let values: Value | readonly Value[] | undefined;
  try {
    values = CONVERTERS.get(keyOf(node))?.(conversion, node);
  } catch (error) {
    if (error instanceof TensorError) throw unfit(node, error.message, error.hint);
    throw error;
  }
  const list = values === undefined ? [] : "kind" in values ? [values] : values;
  for (const [i, value] of list.entries()) {
    const output = node.outputs[i];
    if (output !== undefined && output !== "") conversion.values.set(output, value);
  }
}

function inputOf({ inputs }: OnnxModel, rows: OnnxOptions["rows"]): FloatInput {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0)
    throw new WorkloadError(`a model with ${inputs.length} inputs`, "give one with a single input");
  const [batch = 0, ...rest] = input.dims;
  if (rows.length === 0 || (batch > 0 && batch !== rows.length))
    throw new WorkloadError(`${rows.length} rows for ${input.name}`, `give ${batch > 0 ? batch : "at least one"}`);
  const dims = knownDims(input.name, rest, rows[0]?.length ?? 0);
  const columns = productOf(dims);
  const misfit = rows.findIndex((row) => row.length !== columns);
  if (misfit >= 0)
    throw new WorkloadError(
      `row ${misfit} of the inputs has ${rows[misfit]?.length} numbers`,
      `${input.name} takes ${columns} in each`,
    );
  for (const [i, row] of rows.entries()) {
    const wrong = Array.prototype.findIndex.call(row, (value) => typeof value !== "number" || Number.isNaN(value));
    if (wrong >= 0) throw new WorkloadError(`row ${i} of the inputs has no number at ${wrong}`, "give numbers only");
  }
  const axes = dims.map((size, i) => ({ size, row: 0, column: productOf(dims.slice(i + 1)) }));
  return {
    kind: "floatInput",
    name: input.name,
    axes: [{ size: rows.length, row: 1, column: 0 }, ...axes],
    of: (x) => x,
  };
}

/** Dimensions of an example: one that may be anything is what the rows make it. */
function knownDims(name: string, dims: readonly number[], length: number): number[] {
  const open = dims.filter((dim) => dim <= 0).length;
  if (open > 1)
    throw new WorkloadError(`${open} dimensions of ${name} may be anything`, "fix all but the first when you export");
  const known = productOf(dims.filter((dim) => dim > 0));
  return dims.map((dim) => (dim > 0 ? dim : length / known)).map((dim) => (Number.isInteger(dim) ? dim : 0));
}

/** Puts a value that a job returns into the output region, behind all other operators. */
function outputOf(conversion: Conversion, name: string, examples: number): OnnxOutput {
  const value = conversion.values.get(name);
  if (value?.kind === "classes")
    return { name, tensor: value.tensor, rowsEach: 0, columns: productOf(value.dims) / examples };
  if (value?.kind === "quantised") {
    const { scale, zero } = value.isFloat ? value : { scale: 1, zero: value.isUnsigned ? -UNSIGNED_OFFSET : 0 };
    return { ...returned(conversion, name, value, examples), scales: [scale], zero };
  }
  if (value?.kind === "floats" && value.sources[1] === undefined) {
    const [source] = value.sources;
    const floats = Array.from({ length: 256 }, (_, i) => value.of(toFloat(i - UNSIGNED_OFFSET, source), 0));
    return { ...returned(conversion, name, source, examples), scales: [1], floats };
  }
  if (value?.kind === "accumulated" && (value.low ?? value.high ?? value.count) === undefined)
    return { ...returned(conversion, name, value, examples), scales: value.scales };
  throw new WorkloadError(
    `the model's output ${name} is ${value === undefined ? "not computed" : "not quantised"}`,
    "let the model end in QuantizeLinear, DequantizeLinear, a product or ArgMax",
  );
}

function returned(
  conversion: Conversion,
  name: string,
  view: View,
  examples: number,
): Pick<OnnxOutput, "name" | "tensor" | "rowsEach" | "columns"> {
  const dims = dimsOf(view);
  if ((dims[0] ?? 1) % examples !== 0)
    throw new WorkloadError(
      `the model's output ${name} has the dimensions ${dims.join(" × ")} for ${examples} examples`,
      "let its first dimension be the examples",
    );
  const node: OnnxNode = { opType: "output", domain: "", name, inputs: [], outputs: [name], attributes: new Map() };
  // One number of each example is a row of its own.
  const whole = dims.length === 1 ? { ...view, axes: [...view.axes, { size: 1, row: 0, column: 0 }] } : view;
  const { tensor: rows } = laidOut(conversion.builder, node, `output.${name}.rows`, whole, "rows");
  const operand = wholeRows(rows);
  const { laneBits } = operand;
  const tensor = requantise(conversion.builder, `output.${name}`, { operand, laneBits, output: true });
  return { name, tensor, rowsEach: tensor.rows / examples, columns: dimsOf(whole).at(-1) ?? 1 };
}
