import { MillraceError } from "../errors/MillraceError.js";
import { formatWad, parseWad } from "./wad.js";

const SECONDS_PER_HOUR = 3_600n;

/**
 * Reads a rate, `0.36/h` or `0.0001/s`, as credits a second. A rate per hour that no whole number of atoms a second
 * meets is rounded up, so that a maximum given per hour is never cut.
 */
export function parseRate(text: string): bigint {
  const [amount = "", per, ...rest] = text.split("/").map((part) => part.trim());
  if (rest.length > 0 || (per !== "h" && per !== "s")) {
    throw new MillraceError("BAD_INPUT", `The rate "${text}" has no unit.`, {
      hint: "Write credits per hour or per second of one unit, like 0.36/h or 0.0001/s.",
    });
  }
  const credits = parseWad(amount, "rate");
  return per === "s" ? credits : (credits + SECONDS_PER_HOUR - 1n) / SECONDS_PER_HOUR;
}

/** A rate for people, always by the hour: `0.36 credits/h`. */
export function formatRate(perSecond: bigint): string {
  return `${formatWad(perSecond * SECONDS_PER_HOUR)} credits/h`;
}
