import { TensorError } from "../errors.ts";
import { MatMulFlag } from "../kernels/matMul.ts";
import { encodeParams } from "../kernels/params.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { describeShape, isOpen, rowLog2Of, type Tensor } from "../program/Tensor.ts";
import type { LaneBits } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface MatMulOptions {
  readonly left: Tensor;
  /** A row for each column of the result. */
  readonly right: Tensor;
  readonly laneBits: LaneBits;
  readonly scale?: number;
  readonly shift?: number;
  readonly relu?: boolean;
  /** Added to the scaled product: a tensor of the result's shape, or one row for all. */
  readonly addend?: Tensor;
  /** Puts zero where it is not positive. */
  readonly mask?: Tensor;
  readonly output?: boolean;
}

/** `left · rightᵀ`, scaled, summed, gated and saturated: see `MatMul.sol`. */
export function matMul(builder: ProgramBuilder, name: string, options: MatMulOptions): Tensor {
  const { left, right, laneBits, scale = 1, shift = 0, addend, mask, output = false } = options;
  const shape = { rows: left.rows, columns: right.rows, laneBits };
  const rowLog2 = rowLog2Of(shape);
  assertLaneBits(left.name, left.laneBits, [8]);
  assertLaneBits(right.name, right.laneBits, [8]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { scale, shift });
  assertSame(`${name}: rows must have one length`, left, right, left.columns === right.columns);
  if (isOpen(left) && isOpen(right))
    throw new TensorError(
      "BAD_SHAPE",
      `${name}: lanes past the last column of ${describeShape(left)} and of ${describeShape(right)} need not be zero`,
      "copy one of them with rearrange, which leaves them zero",
    );
  for (const other of [addend, mask]) {
    if (other === undefined) continue;
    const fits = other.rows === shape.rows || (other === addend && other.rows === 1);
    const like = { ...left, ...shape, name, rowLog2 };
    assertSame(
      `${name}: layouts must agree`,
      like,
      other,
      fits && other.laneBits === laneBits && other.rowLog2 === rowLog2,
    );
  }
  const flags =
    (options.relu === true ? MatMulFlag.Relu : 0n) |
    (addend !== undefined ? MatMulFlag.Addend : 0n) |
    (addend?.rows === 1 && shape.rows > 1 ? MatMulFlag.Broadcast : 0n) |
    (mask !== undefined ? MatMulFlag.Mask : 0n);
  return builder.add({
    name,
    kernel: "MatMul",
    shape,
    output,
    hasOpenRows: addend !== undefined && isOpen(addend),
    reads: [left, right, ...(addend === undefined ? [] : [addend]), ...(mask === undefined ? [] : [mask])],
    params: (addressOf) =>
      encodeParams([
        addressOf(left),
        left.rows,
        addressOf(right),
        right.rows,
        left.rowLog2,
        rowLog2,
        Math.log2(laneBits),
        scale,
        shift,
        flags,
        addend === undefined ? 0 : addressOf(addend),
        mask === undefined ? 0 : addressOf(mask),
      ]),
  });
}
