import { encodeParams } from "../kernels/params.ts";
import type { ProgramBuilder } from "../program/ProgramBuilder.ts";
import { rowLog2Of, type Tensor } from "../program/Tensor.ts";

/** Rows and columns swapped: see `Transpose.sol`. */
export function transpose(
  builder: ProgramBuilder,
  name: string,
  { operand, output = false }: { readonly operand: Tensor; readonly output?: boolean },
): Tensor {
  const shape = { rows: operand.columns, columns: operand.rows, laneBits: operand.laneBits };
  return builder.add({
    name,
    kernel: "Transpose",
    shape,
    output,
    reads: [operand],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        operand.rows,
        operand.columns,
        operand.rowLog2,
        rowLog2Of(shape),
        Math.log2(operand.laneBits),
      ]),
  });
}
