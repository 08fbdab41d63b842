import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { isElementwise, likeShape } from "../program/elementwiseShapes.ts";
import type { Tensor } from "../program/Tensor.ts";
import { lanesPerWord } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface LookupOptions {
  readonly operand: Tensor;
  /** One row of the function's values, of the width that the result gets; or rows that are full. */
  readonly table: Tensor;
  /** Values that count, by default all of the table. */
  readonly entries?: number;
  /** Added to the operand after the shift, so that the least argument has index zero. */
  readonly offset?: number;
  readonly shift?: number;
  readonly output?: boolean;
}

/** A function by its table, lane by lane: see `Lookup.sol`. */
export function lookup(builder: ProgramBuilder, name: string, options: LookupOptions): Tensor {
  const { operand, table, offset = 0, shift = 0, output = false } = options;
  const entries = options.entries ?? table.rows * table.columns;
  assertLaneBits(operand.name, operand.laneBits, [8, 16, 32]);
  assertLaneBits(table.name, table.laneBits, [8, 16, 32]);
  assertScaling(name, { shift });
  const isFull = table.rows === 1 || table.columns === 2 ** table.rowLog2 * lanesPerWord(table.laneBits);
  if (!isFull || !Number.isInteger(entries) || entries <= 0 || entries > table.rows * table.columns)
    throw new TensorError("BAD_SHAPE", `${entries} entries of ${table.name}`, "give a table of full rows");
  const like = likeShape(name, operand, table.laneBits);
  assertSame(`${name}: padded rows must have one length`, like, operand, isElementwise(like, operand));
  return builder.add({
    name,
    kernel: "Lookup",
    shape: { rows: operand.rows, columns: operand.columns, laneBits: table.laneBits },
    output,
    hasOpenRows: true,
    reads: [operand, table],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        Math.log2(operand.laneBits),
        Math.log2(table.laneBits),
        addressOf(table),
        entries,
        offset,
        shift,
      ]),
  });
}
