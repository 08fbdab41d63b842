import { assertSame, type ProgramBuilder } from "../program/ProgramBuilder.ts";
import type { Tensor } from "../program/Tensor.ts";
import { add } from "./elementwise.ts";

export interface MomentumOptions {
  /** int16 or int32; what is updated. */
  readonly weights: Tensor;
  /** The mean of past gradients, as wide as the weights; zeros to begin with. */
  readonly velocity: Tensor;
  /** Of the same shape, of any width. */
  readonly gradient: Tensor;
  /** Of 2^shift: what is kept of the velocity. */
  readonly decay: number;
  /** Of 2^shift: what the gradient adds to the velocity. */
  readonly gain: number;
  /** Of 2^shift: the step along the velocity. */
  readonly rate: number;
  readonly shift: number;
}

/**
 * A step of gradient descent with momentum, as two sums of `Elementwise.sol`:
 *
 *   velocity' = saturated(rounded((velocity · decay + gradient · gain) / 2^shift))
 *   weights'  = saturated(rounded((weights · 2^shift − velocity' · rate) / 2^shift))
 *
 * Each is exact before its one rounding, half away from zero, so that no bit depends on the order of anything.
 */
export function momentumStep(
  builder: ProgramBuilder,
  name: string,
  { weights, velocity, gradient, decay, gain, rate, shift }: MomentumOptions,
): { weights: Tensor; velocity: Tensor } {
  assertSame(`${name}: widths must agree`, weights, velocity, weights.laneBits === velocity.laneBits);
  const { laneBits } = weights;
  const next = add(builder, `${name}.velocity`, {
    ...{ left: velocity, right: gradient, laneBits },
    ...{ leftScale: decay, rightScale: gain, shift },
  });
  const moved = add(builder, name, {
    ...{ left: weights, right: next, laneBits },
    ...{ leftScale: 2 ** shift, rightScale: -rate, shift },
  });
  return { weights: moved, velocity: next };
}
