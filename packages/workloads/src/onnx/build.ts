import { type Program, readRow, requantise, type Tensor } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import { Conversion } from "./Conversion.ts";
import { describeNode, type OnnxModel, parseOnnx } from "./OnnxModel.ts";
import { CONVERTERS } from "./operators.ts";
import { toFloat } from "./quantise.ts";
import type { FloatInput } from "./values.ts";

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
  readonly columns: number;
  /** Absent where the numbers are classes. */
  readonly scale?: number;
  readonly zero?: number;
}

/** Inference by a model that a framework trained, quantised and wrote: the same numbers, as a program that can be disputed. */
export function buildOnnx({ model: bytes, rows }: OnnxOptions): OnnxJob {
  const model = parseOnnx(bytes);
  assertConvertible(model);
  const input = inputOf(model, rows);
  const { name } = input;
  const conversion = new Conversion(new Map([[name, rows]]));
  for (const [constant, tensor] of model.constants) conversion.values.set(constant, { kind: "constant", tensor });
  conversion.values.set(name, { kind: "floatInput", ...input });
  for (const node of model.nodes) {
    const value = CONVERTERS.get(keyOf(node))?.(conversion, node);
    if (value !== undefined && node.outputs[0] !== undefined) conversion.values.set(node.outputs[0], value);
  }
  const outputs = model.outputs.map((output) => outputOf(conversion, output));
  const program = conversion.builder.build();
  const about = { kind: "onnx", producer: model.producer, rows: rows.length, outputs } as const;
  return { program, input: conversion.write(program), about };
}

/** Numbers as the framework gives them, by the names of the model's outputs: rows of floats, or a class each. */
export function decodeOnnx({ outputs, rows }: OnnxAbout, output: Uint8Array): Record<string, number[][]> {
  return Object.fromEntries(
    outputs.map(({ name, tensor, columns, scale, zero }) => {
      const held = Array.from({ length: tensor.rows }, (_, row) => [...readRow(output, tensor, row)]);
      if (scale === undefined || zero === undefined)
        return [
          name,
          held
            .flat()
            .slice(0, rows)
            .map((index) => [index]),
        ];
      return [name, held.map((row) => row.slice(0, columns).map((q) => toFloat(q, { scale, zero })))];
    }),
  );
}

function keyOf({ domain, opType }: OnnxModel["nodes"][number]): string {
  return domain === "" ? opType : `${domain}.${opType}`;
}

/** Names the first operator that is not converted, before anything else is looked at. */
function assertConvertible({ nodes }: OnnxModel): void {
  const missing = nodes.find((node) => !CONVERTERS.has(keyOf(node)));
  if (missing !== undefined)
    throw new WorkloadError(
      `the model needs an operator that is not converted: ${describeNode(missing)}`,
      `converted are ${[...CONVERTERS.keys()].join(", ")}`,
    );
}

function inputOf({ inputs }: OnnxModel, rows: OnnxOptions["rows"]): Omit<FloatInput, "kind"> {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0)
    throw new WorkloadError(`a model with ${inputs.length} inputs`, "give one with a single input");
  const [batch = 0, ...rest] = input.dims;
  const columns = rest.reduce((product, dim) => product * dim, 1) || (rows[0]?.length ?? 0);
  if (rows.length === 0 || (batch !== 0 && batch !== rows.length))
    throw new WorkloadError(`${rows.length} rows for ${input.name}`, `give ${batch === 0 ? "at least one" : batch}`);
  const misfit = rows.findIndex((row) => row.length !== columns);
  if (misfit >= 0)
    throw new WorkloadError(
      `row ${misfit} of the inputs has ${rows[misfit]?.length} numbers`,
      `${input.name} takes ${columns} in each`,
    );
  const [channels = 0, height = 0, width = 0] = rest;
  const isPicture = rest.length === 3 && channels * height * width > 0;
  return { name: input.name, columns, ...(isPicture && { picture: [channels, height, width] as const }) };
}

function outputOf(conversion: Conversion, name: string): OnnxOutput {
  const value = conversion.output(name);
  if (value.kind === "classes") return { name, tensor: value.tensor, columns: 1 };
  const { tensor: operand, columns, sizes, scale, zero } = value;
  if (sizes !== undefined)
    throw new WorkloadError(
      `the model's output ${name} is a batch of pictures`,
      "let the model flatten them, or end in a row for each example",
    );
  // Results stand in the output region, behind all other operators.
  const tensor = requantise(conversion.builder, `output.${name}`, { operand, laneBits: 8, output: true });
  return { name, tensor, columns, scale, zero };
}
