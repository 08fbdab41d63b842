import { TensorError } from "../errors.ts";
import { encodeParams } from "../kernels/params.ts";
import { RescaleFlag } from "../kernels/rescale.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { isElementwise, likeShape, paddedColumns } from "../program/elementwiseShapes.ts";
import { isOpen, type Tensor } from "../program/Tensor.ts";
import type { LaneBits } from "../words.ts";

export interface RescaleOptions {
  readonly operand: Tensor;
  readonly laneBits: LaneBits;
  /** What the framework multiplies by, a positive number of single precision. */
  readonly scale?: number;
  /** A scale for each column instead: a row of binary32, in lanes of 32 bits, as long as rows of the result are. */
  readonly scales?: Tensor;
  readonly zero?: number;
  readonly low?: number;
  readonly high?: number;
  readonly output?: boolean;
}

const SIGNIFICANT_BITS = 24;

/** Requantisation as floats of single precision do it, to the bit: see `Rescale.sol`. */
export function rescale(builder: ProgramBuilder, name: string, options: RescaleOptions): Tensor {
  const { operand, laneBits, scale = 1, scales, zero = 0, output = false } = options;
  const { low = -(2 ** (laneBits - 1)), high = 2 ** (laneBits - 1) - 1 } = options;
  assertLaneBits(operand.name, operand.laneBits, [8, 16, 32]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  const like = likeShape(name, operand, laneBits);
  assertSame(`${name}: padded rows must have one length`, like, operand, isElementwise(like, operand));
  const { mantissa, shift } = splitScale(name, scale);
  if (scales !== undefined) {
    const fits = scales.rows === 1 && scales.laneBits === 32 && paddedColumns(scales) === paddedColumns(like);
    assertSame(`${name}: a scale for each column`, like, scales, fits);
  }
  return builder.add({
    name,
    kernel: "Rescale",
    shape: { rows: operand.rows, columns: operand.columns, laneBits },
    output,
    hasOpenRows: isOpen(operand) || zero !== 0 || low > 0 || high < 0,
    reads: [operand, ...(scales === undefined ? [] : [scales])],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        Math.log2(operand.laneBits),
        Math.log2(laneBits),
        mantissa,
        shift,
        zero,
        low,
        high,
        scales === undefined ? 0n : RescaleFlag.Columns,
        like.rowLog2,
        scales === undefined ? 0 : addressOf(scales),
      ]),
  });
}

/** A scale as `mantissa / 2^shift`, the mantissa of at most 24 bits. */
function splitScale(name: string, scale: number): { mantissa: number; shift: number } {
  if (!(scale > 0 && scale < 2 ** SIGNIFICANT_BITS) || Math.fround(scale) !== scale)
    throw new TensorError("BAD_SHAPE", `${name} has the scale ${scale}`, "take a positive one of single precision");
  let shift = 0;
  let mantissa = scale;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift++;
  }
  return { mantissa, shift };
}
