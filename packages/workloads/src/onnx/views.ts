import { type ProgramBuilder, rearrange, type Tensor, WORD_BYTES } from "@millrace/tensor";

import type { OnnxNode } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";

/** One axis of a value as the model counts it: its indices, and what each adds to the row and the column in a tensor. */
export interface Axis {
  readonly size: number;
  readonly row: number;
  readonly column: number;
}

/** Where the numbers of a value stand in a tensor: transposing, slicing and most reshaping move nothing. */
export interface View {
  readonly tensor: Tensor;
  readonly axes: readonly Axis[];
  /** Row and column of the first number, if they are not the tensor's first. */
  readonly first?: { readonly row: number; readonly column: number };
}

/**
 * How numbers are laid out for an operator: `rows` has the last axis along the rows, `pictures` is what convolutions
 * read, a row for each row of pixels with the channels of a pixel side by side.
 */
export type Layout = "rows" | "pictures";

/** Lanes of a word: rows of int8 are a multiple of it, so that int32 with four times the words have their lanes in step. */
const LANES = WORD_BYTES;

/** Axes that a row, and a place in it, of a rearrangement are counted by. */
const MOST_AXES = 3;

export function paddedColumns(columns: number): number {
  return Math.ceil(columns / LANES) * LANES;
}

export function dimsOf({ axes }: Pick<View, "axes">): number[] {
  return axes.map(({ size }) => size);
}

/** Numbers of a value, of these dimensions. */
export function productOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** The axes of a value that a tensor holds in a layout. */
export function axesOf(dims: readonly number[], layout: Layout): Axis[] {
  if (layout === "rows") {
    const last = dims.length - 1;
    return dims.map((size, axis) =>
      axis === last ? { size, row: 0, column: 1 } : { size, row: productOf(dims.slice(axis + 1, last)), column: 0 },
    );
  }
  const [count = 1, channels = 1, height = 1, width = 1] = dims;
  return [
    { size: count, row: height, column: 0 },
    { size: channels, row: 0, column: 1 },
    { size: height, row: 1, column: 0 },
    { size: width, row: 0, column: channels },
  ];
}

/** Whether a view is the whole of its tensor, in this layout. */
function isLaidOut(view: View, layout: Layout): boolean {
  const dims = dimsOf(view);
  if (layout === "pictures" && dims.length !== 4) return false;
  const axes = axesOf(dims, layout);
  const rows = axes.reduce((last, { size, row }) => last + (size - 1) * row, 1);
  return (
    view.first === undefined &&
    rows === view.tensor.rows &&
    axes.every(({ size, row, column }, i) => {
      const own = view.axes[i];
      return size === 1 || (own?.row === row && own.column === column);
    })
  );
}

/** The layout that a view is in, if it is in one. */
export function layoutOf(view: View): Layout | undefined {
  return (["pictures", "rows"] as const).find((layout) => isLaidOut(view, layout));
}

/** The view in a layout: itself, or a copy. */
export function laidOut(builder: ProgramBuilder, node: OnnxNode, name: string, view: View, layout: Layout): View {
  if (isLaidOut(view, layout)) return view;
  const { axes } = view;
  if (layout === "pictures" && axes.length !== 4) throw unfit(node, `${axes.length} dimensions are no pictures`);
  const [rows, columns] = layout === "rows" ? [axes.slice(0, -1), axes.slice(-1)] : picturesOrder(axes);
  return { tensor: copied(builder, node, name, view, rows ?? [], columns ?? []), axes: axesOf(dimsOf(view), layout) };
}

/** A copy of the view's numbers, the last axis along the rows. */
export function rowsCopy(builder: ProgramBuilder, node: OnnxNode, name: string, view: View): Tensor {
  return copied(builder, node, name, view, view.axes.slice(0, -1), view.axes.slice(-1));
}

/** A copy of the same numbers in the same order, laid out by the rows of other dimensions. */
export function reshapedCopy(
  builder: ProgramBuilder,
  node: OnnxNode,
  name: string,
  view: View,
  dims: readonly number[],
): View {
  const width = dims.at(-1) ?? 1;
  const rows = [...view.axes];
  const columns: Axis[] = [];
  for (let left = width; left > 1;) {
    const axis = rows.pop();
    if (axis === undefined) break;
    const inner = Math.min(axis.size, left);
    if (axis.size % inner !== 0 || left % inner !== 0)
      throw unfit(node, `it makes ${dims.join(" × ")} of ${dimsOf(view).join(" × ")}`);
    columns.unshift({ ...axis, size: inner });
    if (inner < axis.size) rows.push({ size: axis.size / inner, row: axis.row * inner, column: axis.column * inner });
    left /= inner;
  }
  return { tensor: copied(builder, node, name, view, rows, columns), axes: axesOf(dims, "rows") };
}

/** A copy whose rows, and places in them, are counted by these axes. */
function copied(
  builder: ProgramBuilder,
  node: OnnxNode,
  name: string,
  { tensor, first = { row: 0, column: 0 } }: View,
  rowAxes: readonly Axis[],
  columnAxes: readonly Axis[],
): Tensor {
  const [rows, columns] = [merged(rowAxes), merged(columnAxes)];
  if (Math.max(rows.length, columns.length) > MOST_AXES)
    throw unfit(
      node,
      `its operand of ${rowAxes.length + columnAxes.length} axes takes more than one copy to transpose`,
    );
  const padded = (list: readonly Axis[]): Axis[] => [
    ...Array.from({ length: MOST_AXES - list.length }, () => ({ size: 1, row: 0, column: 0 })),
    ...list,
  ];
  const all = [...padded(rows), ...padded(columns)];
  const factors = (of: "row" | "column"): Record<number, number> =>
    Object.fromEntries(all.map((axis, index) => [index, axis[of]]));
  return rearrange(builder, name, {
    operand: wholeRows(tensor),
    sizes: all.map(({ size }) => size) as [number, number, number, number, number, number],
    row: { offset: first.row, factors: factors("row") },
    column: { offset: first.column, factors: factors("column") },
  });
}

function picturesOrder([count, channels, height, width]: readonly Axis[]): Axis[][] {
  return [
    [count as Axis, height as Axis],
    [width as Axis, channels as Axis],
  ];
}

/** The tensor with the lanes that pad its rows: elementwise operators compute those as well. */
export function wholeRows(tensor: Tensor): Tensor {
  return { ...tensor, columns: (2 ** tensor.rowLog2 * WORD_BYTES * 8) / tensor.laneBits };
}

/** Neighbouring axes as one, where steps along them add up to that. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = result.at(-1);
    if (outer?.row === axis.row * axis.size && outer.column === axis.column * axis.size)
      result.splice(-1, 1, { ...axis, size: outer.size * axis.size });
    else result.push(axis);
  }
  return result;
}

export function permuted<Value extends Pick<View, "axes">>(value: Value, order: readonly number[]): Value {
  return { ...value, axes: order.map((axis) => value.axes[axis] as Axis) };
}

/** Axes of the same numbers in the same order under other dimensions; undefined if steps of them are not even. */
export function reshapedAxes(axes: readonly Axis[], dims: readonly number[]): Axis[] | undefined {
  const groups = merged(axes);
  const result: Axis[] = [];
  let group = 0;
  let left = groups[0]?.size ?? 1;
  for (const [i, size] of dims.entries()) {
    if (size === 1) {
      result.push({ size, row: 0, column: 0 });
      continue;
    }
    if (left === 1) left = groups[++group]?.size ?? 1;
    const axis = groups[group];
    if (axis === undefined || left % size !== 0) return undefined;
    left /= size;
    result[i] = { size, row: axis.row * left, column: axis.column * left };
  }
  return left === 1 && group >= groups.length - 1 ? result : undefined;
}

/** The view as if it had these dimensions, by the rules of ONNX: axes of one are repeated. */
export function broadcast(node: OnnxNode, view: View, dims: readonly number[]): View {
  const missing = dims.length - view.axes.length;
  const axes = dims.map((size, i): Axis => {
    const own = view.axes[i - missing];
    if (own === undefined || (own.size === 1 && size !== 1)) return { size, row: 0, column: 0 };
    if (own.size !== size)
      throw unfit(node, `its operands of ${dimsOf(view).join(" × ")} and ${dims.join(" × ")} differ`);
    return own;
  });
  return { ...view, axes };
}

/** Dimensions that both broadcast to. */
export function commonDims(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  const at = (dims: readonly number[], i: number): number => dims[i - (length - dims.length)] ?? 1;
  return Array.from({ length }, (_, i) => Math.max(at(a, i), at(b, i)));
}
