import { InputWriter, type Program, ProgramBuilder, type Tensor } from "@millrace/tensor";

import type { OnnxNode } from "./OnnxModel.ts";
import { roundToInt8 } from "./quantise.ts";
import { type FloatInput, type Quantisation, type Quantised, type Value } from "./values.ts";
import { axesOf, type Axis, type Layout, paddedColumns } from "./views.ts";

type Rows = readonly ArrayLike<number>[];

/** What a model is while it is being converted: values by name, operators, and what the input region will hold. */
export class Conversion {
  readonly builder = new ProgramBuilder();
  readonly values = new Map<string, Value>();
  readonly #inputs: ReadonlyMap<string, Rows>;
  readonly #written = new Map<Tensor, Rows>();

  /**
   * @param inputs rows of floats by the name of the model's input
   * @param opset version of the standard's operators that the model is written in
   */
  constructor(
    inputs: ReadonlyMap<string, Rows>,
    readonly opset: number,
  ) {
    this.#inputs = inputs;
  }

  /** The value that a node reads at an index, if it reads one. */
  operand({ inputs }: OnnxNode, index: number): Value | undefined {
    const name = inputs[index];
    return name === undefined ? undefined : this.values.get(name);
  }

  /** Declares a tensor of constants. */
  constant(name: string, laneBits: 8 | 16 | 32, rows: Rows): Tensor {
    const columns = rows[0]?.length ?? 0;
    const tensor = this.builder.input(name, { rows: rows.length, columns, laneBits });
    this.#written.set(tensor, rows);
    return tensor;
  }

  /** The buyer's floats as the model's first operator quantises them. */
  quantisedInput({ name, axes, first, of }: FloatInput, to: Quantisation): Quantised {
    const rows = this.#inputs.get(name) ?? [];
    const dims = axes.map(({ size }) => size);
    return this.laidOutCodes(name, dims, to, (index) => {
      const row = placeOf(axes, index, "row") + (first?.row ?? 0);
      const column = placeOf(axes, index, "column") + (first?.column ?? 0);
      return roundToInt8(of(Math.fround(rows[row]?.[column] ?? 0)), to);
    });
  }

  /** Declares codes of the input region, pictures as such. */
  laidOutCodes(
    name: string,
    dims: readonly number[],
    to: Quantisation,
    codeAt: (index: readonly number[]) => number,
  ): Quantised {
    const layout: Layout = dims.length === 4 ? "pictures" : "rows";
    const axes = axesOf(dims, layout);
    const last = dims.map((size) => size - 1);
    const width = placeOf(axes, last, "column") + 1;
    const columns = layout === "rows" ? paddedColumns(width) : width;
    const rows = Array.from({ length: placeOf(axes, last, "row") + 1 }, () => new Int8Array(columns));
    for (const index of indicesOf(dims))
      (rows[placeOf(axes, index, "row")] as Int8Array)[placeOf(axes, index, "column")] = codeAt(index);
    return { kind: "quantised", tensor: this.constant(name, 8, rows), axes, ...quantisationOf(to), isFloat: false };
  }

  write(program: Program): Uint8Array {
    const writer = new InputWriter(program);
    for (const [tensor, rows] of this.#written) rows.forEach((row, i) => writer.row(tensor, i, row));
    return writer.bytes;
  }
}

export function quantisationOf({ scale, zero, isUnsigned }: Quantisation): Quantisation {
  return { scale, zero, isUnsigned };
}

function placeOf(axes: readonly Axis[], index: readonly number[], along: "row" | "column"): number {
  let place = 0;
  for (let i = 0; i < axes.length; i++) place += (index[i] ?? 0) * (axes[i] as Axis)[along];
  return place;
}

/** All indices of these dimensions; the list that is given is changed for the next. */
function* indicesOf(dims: readonly number[]): Generator<readonly number[]> {
  const index = dims.map(() => 0);
  for (;;) {
    yield index;
    let axis = dims.length - 1;
    while (axis >= 0 && (index[axis] ?? 0) + 1 === dims[axis]) index[axis--] = 0;
    if (axis < 0) return;
    index[axis] = (index[axis] ?? 0) + 1;
  }
}
