import { MillraceError } from "../errors/MillraceError.js";

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** Contracts hold durations in 32 bits. */
const MOST_SECONDS = 2 ** 32 - 1;

/** Reads a duration in seconds: `90`, `90s`, `1h30m`, `2d`. */
export function parseDuration(text: string): number {
  const seconds = readSeconds(text);
  if (seconds <= MOST_SECONDS) return seconds;
  throw new MillraceError("BAD_INPUT", `The duration "${text}" is longer than any contract can hold.`, {
    hint: `Stay below ${Math.floor(MOST_SECONDS / 86_400)}d.`,
  });
}

function readSeconds(text: string): number {
  const compact = text.trim().toLowerCase().replace(/\s+/g, "");
  if (/^\d+$/.test(compact)) return Number(compact);
  const groups = /^(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?$/.exec(compact)?.groups;
  if (compact === "" || groups === undefined) {
    throw new MillraceError("BAD_INPUT", `The duration "${text}" cannot be read.`, {
      hint: "Write it like 90s, 45m, 1h30m or 2d.",
    });
  }
  return UNITS.reduce((seconds, [unit, length]) => seconds + Number(groups[unit] ?? 0) * length, 0);
}

/** A duration for people, in its two largest units: `1 h 30 min`. */
export function formatDuration(seconds: bigint | number): string {
  const names = { d: "d", h: "h", m: "min", s: "s" } as const;
  let rest = Math.abs(Number(seconds));
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0 || (unit === "s" && parts.length === 0)) parts.push(`${count} ${names[unit]}`);
  }
  return `${Number(seconds) < 0 ? "-" : ""}${parts.slice(0, 2).join(" ")}`;
}
