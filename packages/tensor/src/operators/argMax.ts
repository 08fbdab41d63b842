import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { describeShape, type Tensor } from "../program/Tensor.ts";
import { type LaneBits, lanesPerWord } from "../words.ts";

export interface ArgMaxOptions {
  readonly operand: Tensor;
  readonly laneBits: LaneBits;
  readonly output?: boolean;
}

/** Index of the largest value of each row: see `ArgMax.sol`. The result has one word a row, as many as are needed. */
export function argMax(
  builder: ProgramBuilder,
  name: string,
  { operand, laneBits, output = false }: ArgMaxOptions,
): Tensor {
  assertLaneBits(operand.name, operand.laneBits, [8, 16, 32]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  if (operand.columns > 2 ** laneBits)
    throw new TensorError("BAD_SHAPE", `${name}: ${describeShape(operand)}`, "take lanes that hold every index");
  const columns = lanesPerWord(laneBits);
  return builder.add({
    name,
    kernel: "ArgMax",
    shape: { rows: Math.ceil(operand.rows / columns), columns, laneBits },
    output,
    reads: [operand],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        operand.rows,
        operand.columns,
        operand.rowLog2,
        Math.log2(operand.laneBits),
        Math.log2(laneBits),
      ]),
  });
}
