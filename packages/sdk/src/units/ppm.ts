import { MillraceError } from "../errors/MillraceError.js";

/** The whole, in parts per million. */
export const MAX_PPM = 1_000_000;

/** Reads a share: `5%` or `50000` parts per million. */
export function parsePpm(text: string): number {
  const percent = /^(?<whole>\d{1,3})(?:\.(?<fraction>\d{1,4}))?\s*%$/.exec(text.trim())?.groups;
  const ppm =
    percent === undefined
      ? Number(/^\d{1,7}$/.test(text.trim()) ? text.trim() : Number.NaN)
      : Number(`${percent["whole"] ?? ""}${(percent["fraction"] ?? "").padEnd(4, "0")}`);
  // Who writes 5 for 5 % would set a share that is ten thousand times smaller.
  if (percent === undefined && ppm > 0 && ppm <= 100) {
    throw new MillraceError("BAD_INPUT", `The share "${text}" could be per cent or parts per million.`, {
      hint: `Write ${text.trim()}%, or a percentage like 0.01%.`,
    });
  }
  if (Number.isNaN(ppm) || ppm > MAX_PPM) {
    throw new MillraceError("BAD_INPUT", `The share "${text}" is not between 0 % and 100 %.`, {
      hint: "Write a percentage like 5% or 0.5%, or parts per million like 50000.",
    });
  }
  return ppm;
}

/** A share for people: `99.5 %`. */
export function formatPpm(ppm: bigint | number): string {
  return `${Number(ppm) / 10_000} %`;
}
