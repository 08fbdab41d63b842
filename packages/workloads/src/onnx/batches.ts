import { lookup, matMul, rowsOf, type Tensor } from "@millrace/tensor";

import type { Conversion } from "./Conversion.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { int8Parts } from "./scales.ts";
import { unfit } from "./unfit.ts";
import { type Accumulated, nameOf, type Quantised } from "./values.ts";
import {
  type Axis,
  broadcast,
  commonDims,
  dimsOf,
  paddedColumns,
  productOf,
  rowsCopy,
  type View,
  wholeRows,
} from "./views.ts";

/** Words that regions and operators are multiples of. */
const OPERATOR_WORDS = 32;

/** Numbers that a code can be. */
const CODES = Array.from({ length: 256 }, (_, i) => i - 128);

/**
 * `Σ (left − its zero) · (right − its zero)` of two batches of matrices that both are computed: an operator for each
 * matrix, whose results stand one after another like the rows of one tensor.
 */
export function multipliedBatches(
  conversion: Conversion,
  node: OnnxNode,
  left: Quantised,
  right: Quantised,
): Accumulated {
  const [leftDims, rightDims] = [dimsOf(left), dimsOf(right)];
  const [rows = 0, inner = 0] = leftDims.slice(-2);
  const [depth = 0, columns = 0] = rightDims.slice(-2);
  if (leftDims.length < 2 || rightDims.length < 2 || depth !== inner)
    throw unfit(node, `it multiplies ${leftDims.join(" × ")} by ${rightDims.join(" × ")}`);
  const batch = commonDims(leftDims.slice(0, -2), rightDims.slice(0, -2));
  const name = nameOf(node);

  const width = paddedColumns(columns);
  const rowWords = 2 ** Math.ceil(Math.log2(width / 8));
  const height = roundUp(rows, Math.max(1, OPERATOR_WORDS / rowWords));
  const lefts = partsOf(conversion, `${name}.left`, left).map((part, i) => {
    const view = broadcast(node, part, [...batch, rows, inner]);
    return rowsCopy(conversion.builder, node, `${name}.left${i}`, { ...view, axes: withRows(view.axes, height) });
  });
  const rights = partsOf(conversion, `${name}.right`, right).map((part, i) => {
    const { axes, ...rest } = broadcast(node, part, [...batch, inner, columns]);
    const turned = [...axes.slice(0, -2), ...axes.slice(-1), ...axes.slice(-2, -1)];
    return rowsCopy(conversion.builder, node, `${name}.right${i}`, { ...rest, axes: withRows(turned, width) });
  });

  const count = productOf(batch);
  let sums: Tensor[] | undefined;
  for (const [i, leftPart] of lefts.entries())
    for (const [j, rightPart] of rights.entries())
      sums = Array.from({ length: count }, (_, k) =>
        matMul(conversion.builder, `${name}.sum${i}${j}.${k}`, {
          left: rowsOf(leftPart, k * height, height),
          right: rowsOf(rightPart, k * width, width),
          laneBits: 32,
          ...(sums?.[k] !== undefined && { addend: sums[k] }),
        }),
      );
  return {
    kind: "accumulated",
    tensor: stacked(sums as Tensor[]),
    axes: [
      ...batch.map((size, i) => ({ size, row: height * productOf(batch.slice(i + 1)), column: 0 })),
      { size: rows, row: 1, column: 0 },
      { size: columns, row: 0, column: 1 },
    ],
    scales: [Math.fround(left.scale * right.scale)],
  };
}

/** The view, with more indices of its last axis but one: what they name is nobody's business. */
function withRows(axes: readonly Axis[], size: number): Axis[] {
  return axes.map((axis, i) => (i === axes.length - 2 ? { ...axis, size } : axis));
}

/** Codes less their zero, as summands that fit into int8. */
function partsOf(conversion: Conversion, name: string, value: Quantised): View[] {
  if (value.zero === 0) return [value];
  const [parts] = [int8Parts([CODES.map((code) => code - value.zero)])];
  return parts.map(([codes = new Int8Array()], i) => {
    const table = conversion.constant(`${name}.table${i}`, 8, [codes]);
    const operand = wholeRows(value.tensor);
    return { ...value, tensor: lookup(conversion.builder, `${name}.codes${i}`, { operand, table, offset: 128 }) };
  });
}

/** Results that stand one after another, as one. */
function stacked(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as readonly [Tensor, ...Tensor[]];
  const words = first.rows * 2 ** first.rowLog2;
  tensors.forEach((tensor, i) => {
    if (tensor.offset !== first.offset + i * words) throw new Error(`${tensor.name} does not follow its neighbour`);
  });
  return { ...first, rows: first.rows * tensors.length };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
