import { encodeParams } from "../kernels/params.ts";
import { RequantiseFlag } from "../kernels/requantise.ts";
import { assertLaneBits, assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import { isOpen, rowLog2Of, type Tensor } from "../program/Tensor.ts";
import { type LaneBits, lanesPerWord } from "../words.ts";
import { assertScaling } from "./scaling.ts";

export interface RequantiseOptions {
  readonly operand: Tensor;
  readonly laneBits: LaneBits;
  readonly scale?: number;
  readonly shift?: number;
  readonly relu?: boolean;
  readonly addend?: Tensor;
  readonly output?: boolean;
}

/** Change of width and scale, lane by lane: see `Requantise.sol`. */
export function requantise(builder: ProgramBuilder, name: string, options: RequantiseOptions): Tensor {
  const { operand, laneBits, scale = 1, shift = 0, relu = false, addend, output = false } = options;
  const shape = { rows: operand.rows, columns: operand.columns, laneBits };
  assertLaneBits(operand.name, operand.laneBits, [8, 16, 32]);
  assertLaneBits(name, laneBits, [8, 16, 32]);
  assertScaling(name, { scale, shift });
  const like = { ...operand, ...shape, name, rowLog2: rowLog2Of(shape) };
  const padded = (tensor: Tensor): number => lanesPerWord(tensor.laneBits) * 2 ** tensor.rowLog2;
  assertSame(`${name}: padded rows must have one length`, like, operand, padded(like) === padded(operand));
  if (addend !== undefined) {
    const fits = addend.rows === shape.rows && addend.laneBits === laneBits && addend.rowLog2 === like.rowLog2;
    assertSame(`${name}: layouts must agree`, like, addend, fits);
  }
  const flags = (relu ? RequantiseFlag.Relu : 0n) | (addend === undefined ? 0n : RequantiseFlag.Addend);
  return builder.add({
    name,
    kernel: "Requantise",
    shape,
    output,
    hasOpenRows: isOpen(operand) || (addend !== undefined && isOpen(addend)),
    reads: [operand, ...(addend === undefined ? [] : [addend])],
    params: (addressOf) =>
      encodeParams([
        addressOf(operand),
        Math.log2(operand.laneBits),
        Math.log2(laneBits),
        scale,
        shift,
        flags,
        addend === undefined ? 0 : addressOf(addend),
      ]),
  });
}
