import { type Quantised, UNSIGNED_OFFSET } from "./values.ts";

/** What QuantizeLinear makes of a float, held as int8: arithmetic in single precision, ties to even. */
export function roundToInt8(x: number, { scale, zero }: Pick<Quantised, "scale" | "zero">): number {
  const steps = Math.fround(Math.fround(x) / scale);
  const [low, high] = [-UNSIGNED_OFFSET, UNSIGNED_OFFSET - 1];
  return rint(Math.max(low - zero, Math.min(high - zero, Number.isNaN(steps) ? 0 : steps))) + zero;
}

/** What DequantizeLinear makes of a held int8. */
export function toFloat(q: number, { scale, zero }: Pick<Quantised, "scale" | "zero">): number {
  return Math.fround((q - zero) * scale);
}

function rint(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
