import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { SumFlag } from "../kernels/sum.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { groupLog2Of, isOpen, MAX_ROW_LOG2, rowLog2Of, type Shape, type Tensor } from "../program/Tensor.ts";
import { type LaneBits, lanesPerWord } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface SumOptions {
  readonly operand: Tensor;
  readonly laneBits: LaneBits;
  readonly scale?: number;
  readonly shift?: number;
  readonly output?: boolean;
}

interface Addition extends SumOptions {
  readonly shape: Shape;
  readonly flags: bigint;
  readonly group: number;
}

function add(builder: ProgramBuilder, name: string, addition: Addition): Tensor {
  const { operand, laneBits, shape, scale = 1, shift = 0, flags, group, output = false } = addition;
  assertLaneBits(operand.name, operand.laneBits, [8, 16, 32]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { scale, shift });
  return builder.add({
    name,
    kernel: "Sum",
    shape,
    alignment: 2 ** MAX_ROW_LOG2,
    output,
    hasOpenRows: isOpen(operand),
    reads: [operand],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        operand.rows,
        operand.columns,
        operand.rowLog2,
        Math.log2(operand.laneBits),
        Math.log2(laneBits),
        scale,
        shift,
        flags,
        group,
        rowLog2Of(shape),
        0,
      ]),
  });
}

/** The sum of each row: see `Sum.sol`. The result has one lane a row, one after another. */
export function rowSums(builder: ProgramBuilder, name: string, options: SumOptions): Tensor {
  const columns = lanesPerWord(options.laneBits);
  const shape = { rows: Math.ceil(options.operand.rows / columns), columns, laneBits: options.laneBits };
  return add(builder, name, { ...options, shape, flags: 0n, group: 0 });
}

/**
 * The sums of columns: see `Sum.sol`. More rows than a lane can read are summed in groups to int32 first, then those
 * sums; only the last step scales.
 */
export function columnSums(builder: ProgramBuilder, name: string, options: SumOptions): Tensor {
  const { operand, laneBits } = options;
  const group = Math.min(groupLog2Of(operand), Math.ceil(Math.log2(operand.rows)));
  const rows = Math.ceil(operand.rows / 2 ** group);
  if (operand.rows % 2 ** group !== 0 || (group === 0 && operand.rows > 1))
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: ${operand.name} has ${operand.rows} rows`,
      `columns of it are read ${2 ** group} rows at a time: take a multiple of more than one, or align it`,
    );
  if (rows === 1)
    return add(builder, name, {
      ...options,
      shape: { rows, columns: operand.columns, laneBits },
      flags: SumFlag.Columns,
      group,
    });
  const partial = add(builder, `${name}.groups${operand.rows}`, {
    operand,
    laneBits: 32,
    shape: { rows, columns: operand.columns, laneBits: 32 },
    flags: SumFlag.Columns,
    group,
  });
  return columnSums(builder, name, { ...options, operand: partial });
}
