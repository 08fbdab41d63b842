import { InputWriter, type Program, ProgramBuilder, type Tensor } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import { roundToInt8 } from "./quantise.ts";
import type { FloatInput, Quantised, Value } from "./values.ts";

/** Lanes of a word: columns of all tensors are a multiple of it, so that int8 and int32 rows have their lanes in step. */
const LANES = 32;

export function paddedColumns(columns: number): number {
  return Math.ceil(columns / LANES) * LANES;
}

type Rows = readonly ArrayLike<number>[];

/** What a model is while it is being converted: values by name, operators, and what the input region will hold. */
export class Conversion {
  readonly builder = new ProgramBuilder();
  readonly values = new Map<string, Value>();
  readonly #inputs: readonly Rows[];
  readonly #names: readonly string[];
  readonly #written = new Map<Tensor, Rows>();

  /** @param inputs rows of floats by the name of the model's input */
  constructor(inputs: ReadonlyMap<string, Rows>) {
    this.#names = [...inputs.keys()];
    this.#inputs = [...inputs.values()];
  }

  /** Declares a tensor of constants. */
  constant(name: string, laneBits: 8 | 32, rows: Rows): Tensor {
    const columns = rows[0]?.length ?? 0;
    const tensor = this.builder.input(name, { rows: rows.length, columns, laneBits });
    this.#written.set(tensor, rows);
    return tensor;
  }

  /** The buyer's floats as the model's first operator quantises them. */
  quantisedInput(
    { name, columns, picture }: FloatInput,
    to: Pick<Quantised, "scale" | "zero" | "isUnsigned">,
  ): Quantised {
    const rows = this.#inputs[this.#names.indexOf(name)] ?? [];
    if (picture !== undefined) return this.#quantisedPictures(name, rows, picture, to);
    const padded = paddedColumns(columns);
    const tensor = this.constant(
      name,
      8,
      rows.map((row) => {
        const lanes = new Int8Array(padded);
        for (let i = 0; i < columns; i++) lanes[i] = roundToInt8(row[i] ?? 0, to);
        return lanes;
      }),
    );
    return { kind: "quantised", tensor, columns, ...to, isFloat: false };
  }

  /** A picture's channels come one after another in ONNX; here those of a pixel stand together. */
  #quantisedPictures(
    name: string,
    pictures: Rows,
    [channels, height, width]: NonNullable<FloatInput["picture"]>,
    to: Pick<Quantised, "scale" | "zero" | "isUnsigned">,
  ): Quantised {
    const tensor = this.constant(
      name,
      8,
      pictures.flatMap((picture) =>
        Array.from({ length: height }, (_, y) =>
          Int8Array.from({ length: width * channels }, (__, lane) => {
            const [x, channel] = [Math.floor(lane / channels), lane % channels];
            return roundToInt8(picture[(channel * height + y) * width + x] ?? 0, to);
          }),
        ),
      ),
    );
    const sizes = { count: pictures.length, height, width, channels };
    return { kind: "quantised", tensor, columns: tensor.columns, sizes, ...to, isFloat: false };
  }

  write(program: Program): Uint8Array {
    const writer = new InputWriter(program);
    for (const [tensor, rows] of this.#written) rows.forEach((row, i) => writer.row(tensor, i, row));
    return writer.bytes;
  }

  value(name: string | undefined): Value | undefined {
    return name === undefined ? undefined : this.values.get(name);
  }

  /** The values that a job returns. */
  output(name: string): Exclude<Value, { kind: "constant" | "quantisedConstant" | "floatInput" | "accumulated" }> {
    const value = this.values.get(name);
    if (value?.kind === "quantised" || value?.kind === "classes") return value;
    throw new WorkloadError(
      `the model's output ${name} is ${value === undefined ? "not computed" : `a ${value.kind} value`}`,
      "let the model end in QuantizeLinear, DequantizeLinear or ArgMax",
    );
  }
}
