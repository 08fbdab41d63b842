import type { Conversion } from "./Conversion.ts";
import { applied, floatsOf, quantisedFloats } from "./floats.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { toFloat } from "./quantise.ts";
import { quantisationAt, quantisedConstantAt } from "./scales.ts";
import { unfit } from "./unfit.ts";
import {
  type Accumulated,
  expectKind,
  type FloatInput,
  type Floats,
  isSame,
  nameOf,
  type Quantised,
  type QuantisedConstant,
  scalarOf,
  type Value,
} from "./values.ts";
import { broadcast, commonDims, dimsOf, type Layout, laidOut, layoutOf, productOf, type View } from "./views.ts";

type Converter = (conversion: Conversion, node: OnnxNode) => Value;
type Function1 = (x: number) => number;
type Function2 = (left: number, right: number) => number;

/** A function of one float: what it makes of each code is a table. */
export function unary(functionOf: (node: OnnxNode) => Function1): Converter {
  return (conversion, node) => {
    const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised", "floats", "floatInput");
    return mapped(value, functionOf(node));
  };
}

function mapped(value: Quantised | Floats | FloatInput, f: Function1): Floats | FloatInput {
  if (value.kind !== "floatInput") return applied(value, f);
  const { of } = value;
  return { ...value, of: (x: number) => Math.fround(f(of(x))) };
}

/** `com.microsoft.QLinear…`: operand, scale, zero, result's scale, zero. */
export function qLinearUnary(functionOf: (node: OnnxNode) => Function1): Converter {
  return (conversion, node) => {
    const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised");
    assertQuantisedAs(conversion, node, value, 1);
    return quantisedFloats(conversion, node, applied(value, functionOf(node)), quantisationAt(conversion, node, 3));
  };
}

export function assertQuantisedAs(conversion: Conversion, node: OnnxNode, value: Quantised, index: number): void {
  if (!isSame(value, quantisationAt(conversion, node, index)))
    throw unfit(node, "its scale is not the one that its operand was quantised with");
}

/** Clips to bounds: of sums they are those of the requantisation. */
export function clip(boundsOf: (conversion: Conversion, node: OnnxNode) => { low?: number; high?: number }): Converter {
  return (conversion, node) => {
    const value = conversion.operand(node, 0);
    const { low, high } = boundsOf(conversion, node);
    if (value?.kind === "accumulated") return clippedSum(value, low, high);
    const given = expectKind(node, "operand", value, "quantised", "floats", "floatInput", "accumulated");
    return mapped(given as Exclude<typeof given, Accumulated>, (x) =>
      Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity),
    );
  };
}

function clippedSum(sum: Accumulated, low: number | undefined, high: number | undefined): Accumulated {
  const least = low === undefined ? sum.low : Math.max(low, sum.low ?? low);
  const most = high === undefined ? sum.high : Math.min(high, sum.high ?? high);
  return { ...sum, ...(least !== undefined && { low: least }), ...(most !== undefined && { high: most }) };
}

/** Bounds of Clip: inputs, or attributes in models of before 2020. */
export function clipBounds(conversion: Conversion, node: OnnxNode): { low?: number; high?: number } {
  const bound = (index: number, attribute: string): number | undefined => {
    const given = conversion.operand(node, index);
    if (given !== undefined) return floatConstant(node, attribute, given);
    const value = node.attributes.get(attribute);
    return typeof value === "number" ? value : undefined;
  };
  const [low, high] = [bound(1, "min"), bound(2, "max")];
  return { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
}

/** A constant float, which may be quantised. */
export function floatConstant(node: OnnxNode, what: string, value: Value): number {
  if (value.kind !== "quantisedConstant") return scalarOf(node, what, value).value;
  const { tensor, scales, zeros } = value;
  if (tensor.values.length !== 1) throw unfit(node, `its ${what} has ${tensor.values.length} elements`);
  return toFloat(tensor.values[0] ?? 0, { scale: scales[0] ?? 1, zero: zeros[0] ?? 0 });
}

/** A function of two floats: of two codes, or of one and a constant, it is a table. */
export function binary(f: Function2, operation?: "Add" | "Mul"): Converter {
  return (conversion, node) => {
    const [left, right] = [0, 1].map((index) => conversion.operand(node, index));
    if (node.inputs.length !== 2)
      throw unfit(node, `it has ${node.inputs.length} operands`, "give it two, or chain it");
    for (const [value, other, isLeft] of [
      [left, right, true],
      [right, left, false],
    ] as const)
      if (other?.kind === "constant" && value !== undefined && value.kind !== "quantisedConstant") {
        const { value: constant } = scalarOf(node, "constant operand", other);
        const given = expectKind(node, "operand", value, "quantised", "floats", "floatInput");
        return mapped(given, isLeft ? (x) => f(x, constant) : (x) => f(constant, x));
      }
    return combined(conversion, node, left, right, f, operation);
  };
}

/** `com.microsoft.QLinearAdd` and `QLinearMul`: left, scale, zero, right, scale, zero, result's scale, zero. */
export function qLinearBinary(f: Function2, operation: "Add" | "Mul"): Converter {
  return (conversion, node) => {
    const at = (index: number): Value => {
      const value = expectKind(node, "operand", conversion.operand(node, index), "quantised", "constant");
      if (value.kind === "constant") return quantisedConstantAt(conversion, node, value.tensor, index + 1, 0);
      assertQuantisedAs(conversion, node, value, index + 1);
      return value;
    };
    const floats = combined(conversion, node, at(0), at(3), f, operation);
    return quantisedFloats(conversion, node, floats, quantisationAt(conversion, node, 6));
  };
}

function combined(
  conversion: Conversion,
  node: OnnxNode,
  left: Value | undefined,
  right: Value | undefined,
  f: Function2,
  operation: "Add" | "Mul" | undefined,
): Floats {
  const kinds = ["quantised", "floats", "quantisedConstant"] as const;
  const sides = [left, right].map((value, i) =>
    expectKind(node, i === 0 ? "left operand" : "right operand", value, ...kinds),
  );
  const dimsOfSide = (side: Quantised | Floats | QuantisedConstant): number[] =>
    side.kind === "quantisedConstant" ? [...side.tensor.dims] : dimsOf(sourceOf(side));
  const dims = sides.map(dimsOfSide).reduce(commonDims);
  const operands = sides.map((side, i) =>
    side.kind === "quantisedConstant"
      ? constantOperand(conversion, node, `${nameOf(node)}.constant${i}`, side, dims)
      : side,
  );
  const floats = operands.map(floatsOf);
  const sources = [...new Set(floats.flatMap((each): Quantised[] => [...each.sources]))];
  if (sources.length > 2)
    throw unfit(node, "its result depends on more than two quantised values", "quantise it before");
  const layout = layoutFor(sources.map((source) => broadcast(node, source, dims)));
  const aligned = sources.map((source, i): Quantised => {
    const view = laidOut(
      conversion.builder,
      node,
      `${nameOf(node)}.operand${i}`,
      broadcast(node, source, dims),
      layout,
    );
    return { ...source, tensor: view.tensor, axes: view.axes };
  });
  const part = (index: number): Function2 => {
    const { sources: own, of } = floats[index] as Floats;
    const [a, b] = own.map((source) => sources.indexOf(source));
    return (...values) => of(values[a ?? 0] ?? 0, values[b ?? 0] ?? 0);
  };
  const [first, second] = [part(0), part(1)];
  const isPlain = operands.every(({ kind }) => kind === "quantised") && sources.length === 2;
  return {
    kind: "floats",
    sources: aligned as unknown as Floats["sources"],
    of: (a, b) => Math.fround(f(first(a, b), second(a, b))),
    ...(operation !== undefined && isPlain && { operation }),
  };
}

function sourceOf(side: Quantised | Floats): Quantised {
  return side.kind === "floats" ? side.sources[0] : side;
}

function layoutFor(views: readonly View[]): Layout {
  return views.map(layoutOf).find((layout) => layout !== undefined) ?? "rows";
}

/** A quantised constant, as a value of the dimensions that it is broadcast to. */
function constantOperand(
  conversion: Conversion,
  node: OnnxNode,
  name: string,
  { tensor, scales, zeros }: QuantisedConstant,
  dims: readonly number[],
): Quantised {
  if (scales.length > 1) throw unfit(node, "its constant operand is quantised by channel", "quantise it by tensor");
  const isUnsigned = tensor.values.length > 0 && Math.max(...Array.from(tensor.values)) > 127;
  const offset = isUnsigned ? 128 : 0;
  const to = { scale: scales[0] ?? 1, zero: (zeros[0] ?? 0) - offset, isUnsigned };
  const missing = dims.length - tensor.dims.length;
  const strides = tensor.dims.map((size, i) => (size === 1 ? 0 : productOf(tensor.dims.slice(i + 1))));
  return conversion.laidOutCodes(name, dims, to, (index) => {
    const at = strides.reduce((sum, stride, i) => sum + stride * (index[i + missing] ?? 0), 0);
    return (tensor.values[at] ?? 0) - offset;
  });
}
