import { ElementwiseFlag, ElementwiseOperation } from "../kernels/elementwise.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { isElementwise, likeShape } from "../program/elementwiseShapes.ts";
import { isOpen, type Tensor } from "../program/Tensor.ts";
import type { LaneBits } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface ElementwiseOptions {
  readonly left: Tensor;
  /** Of the left one's shape, or one row for all. */
  readonly right: Tensor;
  readonly laneBits: LaneBits;
  /** int32; the right one's counts in sums only. */
  readonly leftScale?: number;
  readonly rightScale?: number;
  readonly shift?: number;
  readonly relu?: boolean;
  readonly output?: boolean;
}

const WIDTHS = [8, 16, 32] as const;

/** `left · leftScale + right · rightScale`, requantised: see `Elementwise.sol`. */
export function add(builder: ProgramBuilder, name: string, options: ElementwiseOptions): Tensor {
  return combine(builder, name, "Add", options);
}

/** `left · right`, requantised. */
export function multiply(builder: ProgramBuilder, name: string, options: ElementwiseOptions): Tensor {
  return combine(builder, name, "Multiply", options);
}

export function minimum(builder: ProgramBuilder, name: string, options: ElementwiseOptions): Tensor {
  return combine(builder, name, "Min", options);
}

export function maximum(builder: ProgramBuilder, name: string, options: ElementwiseOptions): Tensor {
  return combine(builder, name, "Max", options);
}

/** `left` where the condition is positive, else `right`. */
export function select(
  builder: ProgramBuilder,
  name: string,
  { condition, ...options }: ElementwiseOptions & { readonly condition: Tensor },
): Tensor {
  return combine(builder, name, "Select", options, condition);
}

function combine(
  builder: ProgramBuilder,
  name: string,
  operation: keyof typeof ElementwiseOperation,
  options: ElementwiseOptions,
  condition?: Tensor,
): Tensor {
  const { left, right, laneBits, leftScale = 1, rightScale = 1, shift = 0, relu = false, output = false } = options;
  for (const tensor of [left, right]) assertLaneBits(tensor.name, tensor.laneBits, WIDTHS);
  assertLaneBits(name, laneBits, WIDTHS);
  for (const scale of [leftScale, rightScale]) assertScaling(name, { scale, shift });
  const like = likeShape(name, left, laneBits);
  const isRow = right.rows === 1 && left.rows > 1;
  assertSame(`${name}: padded rows must have one length`, like, left, isElementwise(like, left));
  const fits = (isRow || right.rows === left.rows) && isElementwise(like, right);
  assertSame(`${name}: shapes must agree`, like, right, fits);
  if (condition !== undefined) {
    const isLike = condition.rows === like.rows && condition.laneBits === laneBits && isElementwise(condition, like);
    assertSame(`${name}: the condition must be laid out as the result`, like, condition, isLike);
  }
  const flags = (relu ? ElementwiseFlag.Relu : 0n) | (isRow ? ElementwiseFlag.Broadcast : 0n);
  return builder.add({
    name,
    kernel: "Elementwise",
    shape: { rows: left.rows, columns: left.columns, laneBits },
    output,
    hasOpenRows: operation === "Multiply" ? isOpen(left) && isOpen(right) : isOpen(left) || isOpen(right),
    reads: [left, right, ...(condition === undefined ? [] : [condition])],
    params: (addressOf) =>
      encodeParams([
        ElementwiseOperation[operation],
        addressOf(left),
        Math.log2(left.laneBits),
        addressOf(right),
        Math.log2(right.laneBits),
        Math.log2(laneBits),
        leftScale,
        rightScale,
        shift,
        flags,
        like.rowLog2,
        condition === undefined ? 0 : addressOf(condition),
      ]),
  });
}
