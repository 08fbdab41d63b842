import { add, rearrange, type Tensor } from "@millrace/tensor";

import { axisOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { assertQuantisedAs, floatConstant } from "./elementwise.ts";
import { recoded } from "./floats.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { roundToInt8 } from "./quantise.ts";
import { quantisationAt } from "./scales.ts";
import { numbersAt, wholeConstant } from "./shapes.ts";
import { unfit } from "./unfit.ts";
import {
  expectKind,
  isSame,
  type Joined,
  nameOf,
  type Quantisation,
  type Quantised,
  UNSIGNED_OFFSET,
  type Value,
} from "./values.ts";
import { type Axis, axesOf, dimsOf, laidOut, type Layout, layoutOf, productOf } from "./views.ts";
import { boundedPads, padded, picturesOf, viewOfPictures } from "./windows.ts";

/** Values one after another along an axis; or lists of numbers that shapes are made of. */
export function concat(conversion: Conversion, node: OnnxNode): Value {
  const operands = node.inputs.map((_, index) => conversion.operand(node, index));
  if (operands.every((value) => value?.kind === "constant"))
    return wholeConstant(
      operands.flatMap((value) => Array.from((value as { tensor: { values: ArrayLike<number> } }).tensor.values)),
    );
  const parts = operands.map((value) => expectKind(node, "operand", value, "quantised"));
  const joined = joinedOf(node, parts);
  const [first] = parts as [Quantised];
  return parts.every((part) => isSame(part, first)) ? placed(conversion, node, joined, first) : joined;
}

/** `com.microsoft.QLinearConcat`: result's scale, zero, then operand, scale, zero of each part. */
export function qLinearConcat(conversion: Conversion, node: OnnxNode): Value {
  const parts = Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) => {
    const value = expectKind(node, "operand", conversion.operand(node, 2 + 3 * i), "quantised");
    assertQuantisedAs(conversion, node, value, 3 + 3 * i);
    return value;
  });
  return placed(conversion, node, joinedOf(node, parts), quantisationAt(conversion, node, 0));
}

function joinedOf(node: OnnxNode, parts: readonly Quantised[]): Joined {
  const [first] = parts;
  if (first === undefined) throw unfit(node, "it has no operands");
  const dims = dimsOf(first);
  const axis = axisOf(node, numberOf(node, "axis", 0), dims.length);
  for (const part of parts)
    if (dimsOf(part).length !== dims.length || dimsOf(part).some((size, i) => i !== axis && size !== dims[i]))
      throw unfit(node, `its operands of ${dims.join(" × ")} and ${dimsOf(part).join(" × ")} differ`);
  return { kind: "joined", parts, axis };
}

/** Each part at its place among zeros, and all added up. */
export function placed(conversion: Conversion, node: OnnxNode, { parts, axis }: Joined, to: Quantisation): Quantised {
  const name = nameOf(node);
  const [first] = parts as readonly [Quantised, ...Quantised[]];
  const size = parts.reduce((sum, part) => sum + (part.axes[axis]?.size ?? 0), 0);
  const dims = dimsOf(first).map((dim, i) => (i === axis ? size : dim));
  const layout = parts.map(layoutOf).find((each) => each !== undefined) ?? "rows";
  let [from, sum]: [number, Tensor | undefined] = [0, undefined];
  for (const [i, part] of parts.entries()) {
    const codes = recoded(conversion, { ...node, outputs: [`${name}.part${i}`] }, part, to);
    const tensor = placedAt(conversion, node, `${name}.place${i}`, codes, { axis, from, dims, layout });
    sum =
      sum === undefined
        ? tensor
        : add(conversion.builder, `${name}.sum${i}`, { left: sum, right: tensor, laneBits: 8 });
    from += part.axes[axis]?.size ?? 0;
  }
  const { scale, zero, isUnsigned } = to;
  return {
    kind: "quantised",
    tensor: sum as Tensor,
    axes: axesOf(dims, layout),
    scale,
    zero,
    isUnsigned,
    isFloat: first.isFloat,
  };
}

interface Place {
  readonly axis: number;
  readonly from: number;
  readonly dims: readonly number[];
  readonly layout: Layout;
}

/**
 * A part at its place, zeros elsewhere. The axis along which it is placed is the only one of its columns first, so that
 * what lies before and behind the part lies outside of a row.
 */
function placedAt(
  conversion: Conversion,
  node: OnnxNode,
  name: string,
  part: Quantised,
  { axis, from, dims, layout }: Place,
): Tensor {
  const order = [...dims.keys()].filter((i) => i !== axis);
  const alone = laidOut(
    conversion.builder,
    node,
    `${name}.alone`,
    { ...part, axes: [...order, axis].map((i) => part.axes[i] as Axis) },
    "rows",
  );
  const sizeOf = (i: number): number => dims[i] ?? 1;
  const others = axesOf([...order.map(sizeOf), part.axes[axis]?.size ?? 1], "rows");
  const rowOf = (i: number): number => (i === axis ? 0 : (others[order.indexOf(i)]?.row ?? 0));
  const all =
    layout === "pictures"
      ? [
          [0, 2],
          [3, 1],
        ]
      : [[...dims.keys()].slice(0, -1), [dims.length - 1]];
  const [rows, columns] = all.map((list) => [...Array.from({ length: 3 - list.length }, () => -1), ...list]);
  if (rows?.length !== 3 || columns?.length !== 3) throw unfit(node, `it joins values of ${dims.length} dimensions`);
  const indices = [...rows, ...columns];
  return rearrange(conversion.builder, name, {
    operand: { ...alone.tensor, columns: part.axes[axis]?.size ?? 1 },
    sizes: indices.map((i) => (i < 0 ? 1 : sizeOf(i))) as [number, number, number, number, number, number],
    row: { factors: Object.fromEntries(indices.map((i, at) => [at, i < 0 ? 0 : rowOf(i)])) },
    column: { offset: -from, factors: Object.fromEntries(indices.map((i, at) => [at, i === axis ? 1 : 0])) },
  });
}

/** Rows and columns of one number around pictures. */
export function pad(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised");
  const mode = node.attributes.get("mode") ?? "constant";
  if (mode !== "constant") throw unfit(node, `its mode is ${JSON.stringify(mode)}`);
  const pads =
    conversion.operand(node, 1) === undefined
      ? ((node.attributes.get("pads") ?? []) as readonly number[])
      : numbersAt(conversion, node, 1, "pads");
  const [top = 0, left = 0, bottom = 0, right = 0] = [2, 3, 6, 7].map((i) => pads[i]);
  if (
    pads.length !== 8 ||
    productOf(pads.map((size) => size + 1)) !== productOf([top, left, bottom, right].map((size) => size + 1))
  )
    throw unfit(node, `its pads are ${pads.join(", ")}`, "pad rows and columns of pictures only");
  if (Math.min(top, left, bottom, right) < 0) throw unfit(node, "its pads are negative", "slice instead");
  const name = nameOf(node);
  const images = padded(
    conversion,
    name,
    picturesOf(conversion, node, name, value),
    boundedPads(node, { top, left, bottom, right }),
    padCode(conversion, node, value),
  );
  return { ...value, ...viewOfPictures(images) };
}

/** The code that is padded with: of a float, or as the model gives it. */
function padCode(conversion: Conversion, node: OnnxNode, value: Quantised): number {
  const given = conversion.operand(node, 2);
  if (value.isFloat) return roundToInt8(given === undefined ? 0 : floatConstant(node, "value", given), value);
  const code = given === undefined ? 0 : floatConstant(node, "value", given);
  return code - (value.isUnsigned ? UNSIGNED_OFFSET : 0);
}
