import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import type { ProgramBuilder } from "../program/ProgramBuilder.ts";
import { rowLog2Of, type Tensor } from "../program/Tensor.ts";

type Six = readonly [number, number, number, number, number, number];

/** `offset + Σ index · factor`; factors that are not named are zero. Indices 0 to 2 are of the row, 3 to 5 of the column. */
export interface SourceCoordinate {
  readonly offset?: number;
  readonly factors?: Readonly<Partial<Record<0 | 1 | 2 | 3 | 4 | 5, number>>>;
}

export interface RearrangeOptions {
  readonly operand: Tensor;
  /** Rows of the operand that belong together; by default all. */
  readonly blockRows?: number;
  /** How the rows of the result are counted, then its columns: the last index of each is the fastest. */
  readonly sizes: Six;
  readonly block?: SourceCoordinate;
  readonly row: SourceCoordinate;
  readonly column: SourceCoordinate;
  /** Words that the start of the result is a multiple of. */
  readonly alignment?: number;
  readonly output?: boolean;
}

const INDICES = [0, 1, 2, 3, 4, 5] as const;

/** Copies lanes to other places: see `Rearrange.sol`. The result has `sizes[0..2]` rows and `sizes[3..5]` columns. */
export function rearrange(builder: ProgramBuilder, name: string, options: RearrangeOptions): Tensor {
  const { operand, sizes, blockRows = operand.rows, block = {}, row, column, alignment = 0, output = false } = options;
  if (!Number.isInteger(blockRows) || blockRows <= 0 || operand.rows % blockRows !== 0)
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: blocks of ${blockRows} of the ${operand.rows} rows of ${operand.name}`,
      "take a divisor",
    );
  if (!sizes.every((size) => Number.isInteger(size) && size > 0))
    throw new TensorError("BAD_SHAPE", `${name} has the sizes ${sizes.join(", ")}`, "all are positive whole numbers");
  const shape = {
    rows: sizes[0] * sizes[1] * sizes[2],
    columns: sizes[3] * sizes[4] * sizes[5],
    laneBits: operand.laneBits,
  };
  const coordinate = ({ offset = 0, factors = {} }: SourceCoordinate): number[] => [
    offset,
    ...INDICES.map((index) => factors[index] ?? 0),
  ];
  return builder.add({
    name,
    kernel: "Rearrange",
    shape,
    alignment,
    output,
    reads: [operand],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        operand.rows / blockRows,
        blockRows,
        operand.columns,
        operand.rowLog2,
        rowLog2Of(shape),
        Math.log2(operand.laneBits),
        ...sizes,
        ...coordinate(block),
        ...coordinate(row),
        ...coordinate(column),
      ]),
  });
}
