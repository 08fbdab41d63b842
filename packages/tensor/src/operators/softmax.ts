import { encodeParams } from "../kernels/params.ts";
import { SoftmaxFlag } from "../kernels/softmax.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { rowLog2Of, type Tensor } from "../program/Tensor.ts";
import { TensorError } from "../errors.ts";
import { WORD_BYTES } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface SoftmaxOptions {
  readonly logits: Tensor;
  /** One row of uint16: exponentials of 0, −1, −2 … steps of 2^shift logits. */
  readonly table: Tensor;
  readonly shift: number;
  /**
   * Bytes, 32 a row, the first row's label first. With labels the result is the gradient of the cross-entropy loss,
   * without them the softmax.
   */
  readonly labels?: Tensor;
  /** What stands for one, less `zero`: by default 127. */
  readonly one?: number;
  /** What stands for zero. */
  readonly zero?: number;
  readonly output?: boolean;
}

/** Softmax by table, or the gradient of the loss on it: see `Softmax.sol`. */
export function softmax(builder: ProgramBuilder, name: string, options: SoftmaxOptions): Tensor {
  const { logits, table, shift, labels, one = 0, zero = 0, output = false } = options;
  assertLaneBits(logits.name, logits.laneBits, [32]);
  assertLaneBits(table.name, table.laneBits, [16]);
  assertScaling(name, { shift });
  if (logits.columns > 256)
    throw new TensorError("BAD_SHAPE", `${logits.name} has ${logits.columns} classes`, "there are at most 256");
  if (labels !== undefined) {
    assertLaneBits(labels.name, labels.laneBits, [8]);
    if (labels.rowLog2 !== 0 || labels.rows * WORD_BYTES < logits.rows)
      throw new TensorError("BAD_SHAPE", `${labels.rows} rows of labels`, `give 32 a row, ${logits.rows} in all`);
  }
  const shape = { rows: logits.rows, columns: logits.columns, laneBits: 8 } as const;
  return builder.add({
    name,
    kernel: "Softmax",
    shape,
    output,
    reads: [logits, table, ...(labels === undefined ? [] : [labels])],
    params: (addressOf) =>
      encodeParams([
        addressOf(logits),
        logits.rowLog2,
        logits.columns,
        addressOf(table),
        table.rowLog2,
        shift,
        rowLog2Of(shape),
        labels === undefined ? 0n : SoftmaxFlag.Labels,
        labels === undefined ? 0 : addressOf(labels),
        one,
        zero,
      ]),
  });
}
