import type { Quantisation } from "./values.ts";
import { UNSIGNED_OFFSET } from "./values.ts";

const [LOW, HIGH] = [-UNSIGNED_OFFSET, UNSIGNED_OFFSET - 1];

/**
 * What QuantizeLinear makes of a float, held as int8: arithmetic in single precision, ties to even. What is no number
 * becomes the lowest code, as in ONNX Runtime on x86.
 */
export function roundToInt8(x: number, { scale, zero }: Pick<Quantisation, "scale" | "zero">): number {
  const steps = Math.fround(Math.fround(x) / scale);
  return rint(Math.max(LOW - zero, Math.min(HIGH - zero, Number.isNaN(steps) ? LOW - zero : steps))) + zero;
}

/** What DequantizeLinear makes of a held int8. */
export function toFloat(q: number, { scale, zero }: Pick<Quantisation, "scale" | "zero">): number {
  return Math.fround((q - zero) * scale);
}

const offsetOf = ({ isUnsigned }: Quantisation): number => (isUnsigned ? UNSIGNED_OFFSET : 0);

/**
 * QLinearAdd from codes to codes, as ONNX Runtime computes it on processors with AVX2: fused, in single precision, with
 * zero points as one constant. Held codes are less by an offset than the model's.
 */
export function addCodes(a: Quantisation, b: Quantisation, to: Quantisation): (left: number, right: number) => number {
  const [leftRatio, rightRatio] = [Math.fround(a.scale / to.scale), Math.fround(b.scale / to.scale)];
  const [leftOffset, rightOffset, offset] = [offsetOf(a), offsetOf(b), offsetOf(to)];
  const zeros = Math.fround(leftRatio * (a.zero + leftOffset) + Math.fround(rightRatio * (b.zero + rightOffset)));
  const fixed = Math.fround(to.zero + offset - zeros);
  return (left, right) => {
    const part = Math.fround((right + rightOffset) * rightRatio + fixed);
    const sum = rint(Math.fround((left + leftOffset) * leftRatio + part)) - offset;
    return Math.max(LOW, Math.min(HIGH, sum));
  };
}

/** QLinearMul from codes to codes, as ONNX Runtime computes it: the product is whole, its scale and zero single. */
export function multiplyCodes(
  a: Quantisation,
  b: Quantisation,
  to: Quantisation,
): (left: number, right: number) => number {
  const ratio = Math.fround(Math.fround(a.scale * b.scale) / to.scale);
  const offset = offsetOf(to);
  return (left, right) => {
    const product = Math.fround((left - a.zero) * (right - b.zero) * ratio);
    return Math.max(LOW, Math.min(HIGH, rint(Math.fround(product + to.zero + offset)) - offset));
  };
}

function rint(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
