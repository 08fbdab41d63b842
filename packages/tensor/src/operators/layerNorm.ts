import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { rowLog2Of, type Tensor } from "../program/Tensor.ts";
import type { LaneBits } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface LayerNormOptions {
  readonly operand: Tensor;
  /** One row of int16: what a column is multiplied by, `2^shift` being one unit of the result. */
  readonly gamma: Tensor;
  /** One row of int16, in units of the result. */
  readonly beta: Tensor;
  readonly laneBits: LaneBits;
  readonly shift: number;
  /** Added to n² times the variance. */
  readonly epsilon?: number;
  readonly output?: boolean;
}

const MAX_COLUMNS = 1_024;

/** Rows of mean zero and one deviation, scaled and shifted by column: see `LayerNorm.sol`. */
export function layerNorm(builder: ProgramBuilder, name: string, options: LayerNormOptions): Tensor {
  const { operand, gamma, beta, laneBits, shift, epsilon = 0, output = false } = options;
  assertLaneBits(operand.name, operand.laneBits, [8, 16]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { shift });
  if (operand.columns > MAX_COLUMNS)
    throw new TensorError("BAD_SHAPE", `${operand.name} has ${operand.columns} columns`, `take ${MAX_COLUMNS} at most`);
  for (const row of [gamma, beta]) {
    assertLaneBits(row.name, row.laneBits, [16]);
    assertSame(`${name}: one lane for each column`, operand, row, row.rows === 1 && row.columns === operand.columns);
  }
  const shape = { rows: operand.rows, columns: operand.columns, laneBits };
  return builder.add({
    name,
    kernel: "LayerNorm",
    shape,
    output,
    reads: [operand, gamma, beta],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        Math.log2(operand.laneBits),
        operand.rowLog2,
        operand.columns,
        addressOf(gamma),
        addressOf(beta),
        epsilon,
        shift,
        Math.log2(laneBits),
        rowLog2Of(shape),
      ]),
  });
}
