import { encodeBytes32String, getAddress, isAddress, ZeroHash } from "ethers";

import { MillraceError } from "@millrace/sdk";

/** Reads a whole number of an option. */
export function parseWhole(text: string, option: string, max = Number.MAX_SAFE_INTEGER, min = 0): number {
  const isDigits = /^\d+$/.test(text.trim());
  const value = isDigits ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const bounds = `${min > 0 ? ` from ${min}` : ""}${isDigits || max < 2 ** 50 ? ` up to ${max}` : ""}`;
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which is not a whole number${bounds}.`, {
    hint: isDigits ? "Give a number within these bounds." : "Write digits only.",
  });
}

const LAST_EPOCH = 2 ** 32 - 1;

/** Reads the number of an epoch, as `--epoch` gives it. */
export function parseEpoch(text: string): number {
  return parseWhole(text, "--epoch", LAST_EPOCH);
}

/** Reads a number that counts things from 1: a node, a task, a lease. */
export function parseId(text: string, option: string): bigint {
  const id = parseWhole(text, option);
  if (id > 0) return BigInt(id);
  throw new MillraceError("BAD_INPUT", `${option} is 0, and numbers begin at 1.`, { hint: "Give an existing number." });
}

/** Reads numbers that count things from 1, with commas between them, each once. */
export function parseIds(text: string, option: string): bigint[] {
  const ids = text.split(",").map((each) => parseId(each, option));
  assertOnce(ids, text, option);
  return ids;
}

/** Refuses a list that an option gives with something in it twice. @throws MillraceError BAD_INPUT */
export function assertOnce(items: readonly unknown[], text: string, option: string): void {
  if (new Set(items).size === items.length) return;
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which names something twice.`, {
    hint: "Name each once.",
  });
}

/** Reads attributes by their numbers, with commas between them, as a bitmap. */
export function parseAttributes(text: string, option: string): bigint {
  const numbers = text.split(",").map((each) => parseWhole(each, option, LAST_ATTRIBUTE));
  return numbers.reduce((bits, number) => bits | (1n << BigInt(number)), 0n);
}

const LAST_ATTRIBUTE = 255;

/** Reads a region of ISO 3166-2, or only its country; nothing is anywhere. */
export function parseRegion(text: string): string {
  if (text === "") return ZeroHash;
  if (/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(text)) return encodeBytes32String(text);
  throw new MillraceError("BAD_INPUT", `The region "${text}" is not in ISO 3166-2.`, {
    hint: "Write a country and a part of it, such as DE-BE, or only the country.",
  });
}

/** Reads where an agent serves; nothing is nowhere. */
export function parseEndpoint(text: string): string {
  if (text === "" || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw new MillraceError("BAD_INPUT", `--endpoint is "${text}", which nobody can reach.`, {
    hint: "Write an address of the web, such as http://203.0.113.7:7001.",
  });
}

/** Reads addresses of an option, with commas between them. */
export function parseAddresses(text: string, option: string): string[] {
  return text.split(",").map((each) => parseAddress(each, option));
}

/** Reads an address of an option. */
export function parseAddress(text: string, option: string): string {
  if (isAddress(text.trim())) return getAddress(text.trim());
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which is not an address.`, {
    hint: "Write 0x and 40 hexadecimal digits; a wrong mixture of capitals is a typing mistake.",
  });
}

const SIZE_UNITS = ["", "K", "M", "G", "T"];

/** Reads a size in units of 1,024: `4096`, `32M`, `4G`. */
export function parseSize(text: string, option: string): bigint {
  const [, digits, unit] = /^(\d{1,15})([KMGT]?)$/i.exec(text.trim()) ?? [];
  if (digits !== undefined && unit !== undefined)
    return BigInt(digits) << (10n * BigInt(SIZE_UNITS.indexOf(unit.toUpperCase())));
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which is no size.`, {
    hint: "Write it like 4096, 32M or 4G; K, M, G and T are 2^10, 2^20, 2^30 and 2^40.",
  });
}
