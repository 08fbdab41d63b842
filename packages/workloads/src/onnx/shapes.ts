import { axisOf, listOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { ElementType, type OnnxNode, type OnnxTensor } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";
import {
  type Accumulated,
  expectKind,
  type FloatInput,
  type Floats,
  nameOf,
  type Quantised,
  type Value,
} from "./values.ts";
import { type Axis, dimsOf, permuted, productOf, reshapedAxes, reshapedCopy, type View } from "./views.ts";

type Shaped = Quantised | Floats | Accumulated | FloatInput;

/** The value that a change of shape is of. */
function shapedAt(conversion: Conversion, node: OnnxNode): Shaped {
  return expectKind(node, "operand", conversion.operand(node, 0), "quantised", "floats", "accumulated", "floatInput");
}

function dimsOfShaped(value: Shaped): number[] {
  return dimsOf(value.kind === "floats" ? value.sources[0] : value);
}

/** The value seen in another way; of functions of codes, the codes. */
function seen(value: Shaped, change: <Part extends Pick<View, "axes">>(part: Part) => Part): Shaped {
  if (value.kind !== "floats") return change(value);
  return { ...value, sources: value.sources.map((source) => change(source)) as unknown as Floats["sources"] };
}

export function transpose(conversion: Conversion, node: OnnxNode): Value {
  const value = shapedAt(conversion, node);
  const { length } = dimsOfShaped(value);
  const order = listOf(
    node,
    "perm",
    Array.from({ length }, (_, i) => length - 1 - i),
  );
  if (order.length !== length || new Set(order.map((axis) => axisOf(node, axis, length))).size !== length)
    throw unfit(node, `its perm ${order.join(", ")} is no order of ${length} axes`);
  return seen(value, (part) => permuted(part, order));
}

export function flatten(conversion: Conversion, node: OnnxNode): Value {
  const value = shapedAt(conversion, node);
  const dims = dimsOfShaped(value);
  const axis = numberOf(node, "axis", 1);
  const at = axis < 0 ? axis + dims.length : axis;
  return reshaped(conversion, node, value, [productOf(dims.slice(0, at)), productOf(dims.slice(at))]);
}

export function reshape(conversion: Conversion, node: OnnxNode): Value {
  const value = shapedAt(conversion, node);
  const dims = dimsOfShaped(value);
  const wanted = numbersAt(conversion, node, 1, "shape");
  const keepsZero = numberOf(node, "allowzero", 0) === 1;
  const named = wanted.map((dim, i) => (dim === 0 && !keepsZero ? (dims[i] ?? 0) : dim));
  const known = productOf(named.filter((dim) => dim !== -1));
  const result = named.map((dim) => (dim === -1 ? productOf(dims) / known : dim));
  if (productOf(result) !== productOf(dims) || !result.every((dim) => Number.isInteger(dim) && dim > 0))
    throw unfit(node, `it makes ${wanted.join(" × ")} of ${dims.join(" × ")}`);
  return reshaped(conversion, node, value, result);
}

export function squeeze(conversion: Conversion, node: OnnxNode): Value {
  const value = conversion.operand(node, 0);
  if (value?.kind === "constant") return value;
  const shaped = shapedAt(conversion, node);
  const dims = dimsOfShaped(shaped);
  const named = axesAt(conversion, node, dims.length);
  const isGone = (size: number, i: number): boolean => (named === undefined ? size === 1 : named.includes(i));
  return reshaped(
    conversion,
    node,
    shaped,
    dims.filter((size, i) => !isGone(size, i)),
  );
}

export function unsqueeze(conversion: Conversion, node: OnnxNode): Value {
  const value = conversion.operand(node, 0);
  if (value?.kind === "constant") return { ...value, tensor: { ...value.tensor, dims: [value.tensor.values.length] } };
  const shaped = shapedAt(conversion, node);
  const dims = [...dimsOfShaped(shaped)];
  const rank =
    dims.length +
    (conversion.operand(node, 1) === undefined
      ? listOf(node, "axes", []).length
      : numbersAt(conversion, node, 1, "axes").length);
  for (const axis of [...(axesAt(conversion, node, rank) ?? [])].sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return reshaped(conversion, node, shaped, dims);
}

function axesAt(conversion: Conversion, node: OnnxNode, rank: number): number[] | undefined {
  const given = conversion.operand(node, 1);
  const list = given === undefined ? node.attributes.get("axes") : numbersAt(conversion, node, 1, "axes");
  return Array.isArray(list) ? (list as number[]).map((axis) => axisOf(node, axis, rank)) : undefined;
}

/** Whole numbers of a constant input. */
export function numbersAt(conversion: Conversion, node: OnnxNode, index: number, what: string): number[] {
  return Array.from(expectKind(node, what, conversion.operand(node, index), "constant").tensor.values);
}

/** The same numbers under other dimensions: without moving them, or from a copy of rows. */
function reshaped(conversion: Conversion, node: OnnxNode, value: Shaped, dims: readonly number[]): Value {
  const axesOfAll = (value.kind === "floats" ? value.sources : [value]).map(({ axes }) => reshapedAxes(axes, dims));
  if (axesOfAll.every((axes) => axes !== undefined))
    return seen(value, (part) => ({ ...part, axes: axesOfAll[0] as Axis[] }));
  if (value.kind === "floatInput" || value.kind === "accumulated")
    throw unfit(node, "it mixes dimensions of what is not quantised yet", "quantise it before");
  const copy = (source: Quantised, i: number): Quantised => {
    const { kind, scale, zero, isUnsigned, isFloat } = source;
    const view = reshapedCopy(conversion.builder, node, `${nameOf(node)}.copy${i}`, source, dims);
    return { kind, ...view, scale, zero, isUnsigned, isFloat };
  };
  return value.kind === "quantised"
    ? copy(value, 0)
    : { ...value, sources: value.sources.map(copy) as unknown as Floats["sources"] };
}

/** Axes of a part of the numbers, by starts, ends, axes and steps. */
export function slice(conversion: Conversion, node: OnnxNode): Value {
  const list = (index: number, attribute: string): number[] | undefined => {
    if (conversion.operand(node, index) !== undefined) return numbersAt(conversion, node, index, attribute);
    const given = node.attributes.get(attribute);
    return Array.isArray(given) ? [...(given as number[])] : undefined;
  };
  const [starts = [], ends = [], named, steps] = ["starts", "ends", "axes", "steps"].map((attribute, i) =>
    list(i + 1, attribute),
  );
  const given = conversion.operand(node, 0);
  if (given?.kind === "constant") return slicedConstant(given.tensor, starts[0] ?? 0, ends[0] ?? Infinity);
  const value = shapedAt(conversion, node);
  const dims = dimsOfShaped(value);
  return starts.reduce((part: Shaped, start, i) => {
    const axis = axisOf(node, named?.[i] ?? i, dims.length);
    const [size, step] = [dims[axis] ?? 0, steps?.[i] ?? 1];
    if (step < 1) throw unfit(node, `its step is ${step}`);
    const bound = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
    const [from, to] = [bound(start), bound(ends[i] ?? size)];
    if (to <= from) throw unfit(node, `it takes nothing of ${size}`);
    return sliced(part, axis, from, Math.ceil((to - from) / step), step);
  }, value);
}

/** `count` of the indices of an axis, from one on. */
function sliced(value: Shaped, axis: number, from: number, count: number, step = 1): Shaped {
  return seen(value, (part) => {
    const own = part.axes[axis] as Axis;
    const { first = { row: 0, column: 0 } } = part as Partial<View>;
    const axes = part.axes.map((each, i) =>
      i === axis ? { size: count, row: own.row * step, column: own.column * step } : each,
    );
    return { ...part, axes, first: { row: first.row + from * own.row, column: first.column + from * own.column } };
  });
}

/** Parts of an axis, one after another. */
export function split(conversion: Conversion, node: OnnxNode): Value[] {
  const value = shapedAt(conversion, node);
  const dims = dimsOfShaped(value);
  const axis = axisOf(node, numberOf(node, "axis", 0), dims.length);
  const size = dims[axis] ?? 0;
  const parts = node.outputs.length;
  const sizes =
    conversion.operand(node, 1) === undefined
      ? listOf(
          node,
          "split",
          Array.from({ length: parts }, (_, i) =>
            Math.min(Math.ceil(size / parts), size - i * Math.ceil(size / parts)),
          ),
        )
      : numbersAt(conversion, node, 1, "split");
  let from = 0;
  return sizes.map((count) => {
    const part = sliced(value, axis, from, count);
    from += count;
    return part;
  });
}

export function shapeOf(conversion: Conversion, node: OnnxNode): Value {
  const dims = dimsOfShaped(shapedAt(conversion, node));
  return wholeConstant(dims.slice(numberOf(node, "start", 0), numberOf(node, "end", dims.length)));
}

/** One index of an axis, or numbers of a constant. */
export function gather(conversion: Conversion, node: OnnxNode): Value {
  const indices = expectKind(node, "indices", conversion.operand(node, 1), "constant").tensor;
  const given = conversion.operand(node, 0);
  const at = (index: number, size: number): number => (index < 0 ? index + size : index);
  if (given?.kind === "constant") {
    const { values } = given.tensor;
    return wholeConstant(Array.from(indices.values, (index) => values[at(index, values.length)] ?? 0));
  }
  const value = shapedAt(conversion, node);
  const dims = dimsOfShaped(value);
  const axis = axisOf(node, numberOf(node, "axis", 0), dims.length);
  if (indices.values.length !== 1) throw unfit(node, `it picks ${indices.values.length} indices`, "pick one, or slice");
  const part = sliced(value, axis, at(indices.values[0] ?? 0, dims[axis] ?? 0), 1);
  return indices.dims.length > 0
    ? part
    : seen(part, (each) => ({ ...each, axes: each.axes.filter((_, i) => i !== axis) }));
}

function slicedConstant(tensor: OnnxTensor, from: number, to: number): Value {
  return wholeConstant(Array.from(tensor.values).slice(from, to));
}

/** A list of whole numbers, as shapes are. */
export function wholeConstant(values: readonly number[]): Extract<Value, { kind: "constant" }> {
  return { kind: "constant", tensor: { name: "", type: ElementType.Int64, dims: [values.length], values } };
}
