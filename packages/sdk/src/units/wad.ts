import { MillraceError } from "../errors/MillraceError.js";

/** One MILL, one credit, one USD: everything with 18 decimals. */
export const WAD = 10n ** 18n;

const DECIMALS = 18;
const AMOUNT = /^(?<whole>\d[\d,_]*)(?:\.(?<fraction>\d+))?$/;

/** Reads a decimal amount with up to 18 places, such as `12.5` or `1,000`; `what` names it in the error. */
export function parseWad(text: string, what = "amount"): bigint {
  const groups = AMOUNT.exec(text.trim())?.groups;
  const whole = groups?.["whole"];
  const fraction = groups?.["fraction"] ?? "";
  if (whole === undefined || fraction.length > DECIMALS) {
    throw new MillraceError("BAD_INPUT", `The ${what} "${text}" is not a decimal number.`, {
      hint: "Write it like 12.5, without a sign or unit, with at most 18 decimals.",
    });
  }
  return BigInt(whole.replace(/[,_]/g, "")) * WAD + BigInt(fraction.padEnd(DECIMALS, "0"));
}

/** Exact decimal form without trailing zeros, as machines read it: `1234.5`. */
export function formatWadExact(value: bigint): string {
  const sign = value < 0n ? "-" : "";
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % WAD).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${sign}${magnitude / WAD}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Form for people: thousands separated, cut (never rounded up) after `places` digits, or after three significant ones
 * where that would show a zero for what is not.
 */
export function formatWad(value: bigint, places = 4): string {
  const [whole = "0", fraction = ""] = formatWadExact(value).split(".");
  const leadingZeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const isSmall = /^-?0$/.test(whole) && leadingZeros >= places;
  const shown = fraction.slice(0, isSmall ? leadingZeros + 3 : places).replace(/0+$/, "");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return shown === "" ? grouped : `${grouped}.${shown}`;
}
