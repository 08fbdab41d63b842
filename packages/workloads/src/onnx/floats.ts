import { add, lookup, type LookupOptions, rescale, type Tensor } from "@millrace/tensor";

import { type Conversion, quantisationOf } from "./Conversion.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { addCodes, multiplyCodes, roundToInt8, toFloat } from "./quantise.ts";
import { type Accumulated, type Floats, isSame, nameOf, type Quantisation, type Quantised } from "./values.ts";
import { paddedColumns, wholeRows } from "./views.ts";

const CODES = 256;
const LEAST = -CODES / 2;

/** Rows of a table of two codes: of as many bytes as a row may have. */
const TABLE_ROWS = 8;

/** Codes as the floats that they stand for. */
export function floatsOf(value: Quantised | Floats): Floats {
  return value.kind === "floats" ? value : { kind: "floats", sources: [value], of: (x) => x };
}

/** A function in single precision of floats. */
export function applied(value: Quantised | Floats, f: (x: number) => number): Floats {
  const { sources, of } = floatsOf(value);
  return { kind: "floats", sources, of: (left, right) => Math.fround(f(of(left, right))) };
}

/** Floats in codes again: a table of what each code, or each two codes, become. */
export function quantisedFloats(conversion: Conversion, node: OnnxNode, floats: Floats, to: Quantisation): Quantised {
  const [left, right] = floats.sources;
  const result = (tensor: Tensor): Quantised => ({
    ...left,
    ...quantisationOf(to),
    kind: "quantised",
    tensor,
    isFloat: false,
  });
  if (right !== undefined) return result(byTwoCodes(conversion, node, left, right, codesOf(floats, left, right, to)));
  const codes = Array.from({ length: CODES }, (_, i) => roundToInt8(floats.of(toFloat(i + LEAST, left), 0), to));
  return result(byCode(conversion, node, left.tensor, codes));
}

function codesOf(
  { operation, of }: Floats,
  left: Quantisation,
  right: Quantisation,
  to: Quantisation,
): (left: number, right: number) => number {
  if (operation === "Add") return addCodes(left, right, to);
  if (operation === "Mul") return multiplyCodes(left, right, to);
  return (a, b) => roundToInt8(of(toFloat(a, left), toFloat(b, right)), to);
}

/** A table of all codes, from the least; codes that stay as they are need none. */
export function byCode(conversion: Conversion, node: OnnxNode, operand: Tensor, codes: readonly number[]): Tensor {
  if (codes.every((code, i) => code === i + LEAST)) return operand;
  const name = nameOf(node);
  const table = conversion.constant(`${name}.table`, 8, [codes]);
  return looked(conversion, name, { operand, table, offset: -LEAST });
}

function byTwoCodes(
  conversion: Conversion,
  node: OnnxNode,
  left: Quantised,
  right: Quantised,
  code: (left: number, right: number) => number,
): Tensor {
  const name = nameOf(node);
  const codes = Array.from({ length: CODES ** 2 }, (_, i) => code(Math.floor(i / CODES) + LEAST, (i % CODES) + LEAST));
  const width = codes.length / TABLE_ROWS;
  const table = conversion.constant(
    `${name}.table`,
    8,
    Array.from({ length: TABLE_ROWS }, (_, row) => codes.slice(row * width, (row + 1) * width)),
  );
  const operand = add(conversion.builder, `${name}.index`, {
    left: wholeRows(left.tensor),
    right: wholeRows(right.tensor),
    leftScale: CODES,
    laneBits: 32,
  });
  return looked(conversion, name, { operand, table, offset: -LEAST * (CODES + 1) });
}

/** A table over whole rows: pads are looked up as well. */
function looked(conversion: Conversion, name: string, options: LookupOptions): Tensor {
  return lookup(conversion.builder, name, { ...options, operand: wholeRows(options.operand) });
}

/** The same numbers in codes of another quantisation. */
export function recoded(conversion: Conversion, node: OnnxNode, value: Quantised, to: Quantisation): Quantised {
  if (isSame(value, to)) return { ...value, isFloat: false };
  return quantisedFloats(conversion, node, floatsOf(value), to);
}

/** Sums in codes, as single precision rounds them. */
export function requantised(conversion: Conversion, node: OnnxNode, sum: Accumulated, to: Quantisation): Quantised {
  const { axes, low, high, first, count = 1 } = sum;
  const scales = sum.scales.map((scale) => Math.fround(scale / Math.fround(to.scale * count)));
  const operand = wholeRows(sum.tensor);
  const tensor = rescale(conversion.builder, nameOf(node), {
    operand,
    laneBits: 8,
    zero: to.zero,
    ...(scales.length === 1
      ? { scale: scales[0] ?? 1 }
      : { scales: scaleRow(conversion, nameOf(node), scales, sum.tensor.columns, operand.columns) }),
    ...(low !== undefined && { low: roundToInt8(low, to) }),
    ...(high !== undefined && { high: roundToInt8(high, to) }),
  });
  const view = { tensor, axes, ...(first !== undefined && { first }) };
  return { kind: "quantised", ...view, ...quantisationOf(to), isFloat: false };
}

/** Scales of the columns of a row, again and again, as lanes of 32 bits. */
function scaleRow(
  conversion: Conversion,
  name: string,
  scales: readonly number[],
  columns: number,
  padded: number,
): Tensor {
  const bits = new DataView(new ArrayBuffer(4));
  const lanes = Array.from({ length: paddedColumns(padded) }, (_, column) => {
    bits.setFloat32(0, column < columns ? (scales[column % scales.length] ?? 0) : 0);
    return bits.getInt32(0);
  });
  return conversion.constant(`${name}.scales`, 32, [lanes]);
}
