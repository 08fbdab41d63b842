import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { paddedColumns } from "../program/elementwiseShapes.ts";
import { describeShape, isOpen, type Tensor } from "../program/Tensor.ts";

export interface GatherOptions {
  /** Unsigned lanes, read one after another: one row, or rows that are full. */
  readonly indices: Tensor;
  /** Indices that count, by default all. */
  readonly count?: number;
  readonly table: Tensor;
  readonly output?: boolean;
}

/** Rows of a table by their indices: see `Gather.sol`. */
export function gather(builder: ProgramBuilder, name: string, options: GatherOptions): Tensor {
  const { indices, table, output = false } = options;
  assertLaneBits(indices.name, indices.laneBits, [8, 16, 32]);
  const rows = options.count ?? indices.rows * indices.columns;
  if (indices.rows > 1 && indices.columns !== paddedColumns(indices))
    throw new TensorError("BAD_SHAPE", `${describeShape(indices)} has gaps`, "give indices in full rows");
  if (rows > indices.rows * indices.columns)
    throw new TensorError("BAD_SHAPE", `${rows} indices of ${describeShape(indices)}`, "ask for fewer");
  const result = builder.add({
    name,
    kernel: "Gather",
    // The kernel copies words.
    shape: { rows, columns: 2 ** table.rowLog2, laneBits: 256 },
    output,
    reads: [indices, table],
    params: (addressOf) =>
      encodeParams([addressOf(indices), Math.log2(indices.laneBits), addressOf(table), table.rows, table.rowLog2]),
  });
  const { columns, laneBits } = table;
  return { ...result, columns, laneBits, ...(isOpen(table) && { hasOpenRows: true }) };
}
