import { type InputWriter, type ProgramBuilder, readRow, type Tensor } from "@millrace/tensor";

import type { Digit } from "./digits.ts";
import { randomNumbers } from "./random.ts";

/** What trainings share; everything is a whole number over a power of two. */

/** Weights are int16, of which the network sees the upper byte. */
export const WEIGHT_SHIFT = 8;

/** The softmax takes `e^(−i / 32)` for logits that are `i · 2^6` below the largest. */
export const LOGIT_SHIFT = 6;
const TABLE_ENTRIES = 256;
const TABLE_SCALE = 32;
const TABLE_ONE = 32_767;

const WEIGHT_SEED = 1;

/** Declares the table that the softmax looks into. */
export function exponentialTable(builder: ProgramBuilder): Tensor {
  return builder.input("exponentials", { rows: 1, columns: TABLE_ENTRIES, laneBits: 16 });
}

export function writeExponentials(writer: InputWriter, table: Tensor): void {
  const exponentials = Array.from({ length: TABLE_ENTRIES }, (_, i) => TABLE_ONE * Math.exp(-i / TABLE_SCALE));
  writer.row(table, 0, exponentials.map(Math.round));
}

/** A byte each. */
export function writeLabels(writer: InputWriter, labels: Tensor, digits: readonly Digit[]): void {
  writer.raw(
    labels,
    Uint8Array.from(digits, ({ label }) => label),
  );
}

/** Writes weights to begin with: tensor by tensor from one sequence, between `-most` and `most`, in the first `columns`. */
export function weightWriter(writer: InputWriter): (weights: Tensor, most: number, columns?: number) => void {
  const random = randomNumbers(WEIGHT_SEED);
  return (weights, most, columns = weights.columns) => {
    for (let row = 0; row < weights.rows; row++)
      writer.row(
        weights,
        row,
        Array.from({ length: columns }, () => Math.round((2 * random() - 1) * most)),
      );
  };
}

/** int8 weights from the output region. */
export function weightRows(output: Uint8Array, weights: Tensor): Int8Array[] {
  return Array.from({ length: weights.rows }, (_, row) => Int8Array.from(readRow(output, weights, row)));
}
