import { getAddress, isAddress } from "ethers";

import { MillraceError } from "@millrace/sdk";

/** Reads a whole number of an option. */
export function parseWhole(text: string, option: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value <= max) return value;
  throw new MillraceError(
    "BAD_INPUT",
    `${option} is "${text}", which is not a whole number${max < 2 ** 50 ? ` up to ${max}` : ""}.`,
    {
      hint: "Write digits only.",
    },
  );
}

/** Reads a number that counts things from 1: a node, a task, a lease. */
export function parseId(text: string, option: string): bigint {
  const id = parseWhole(text, option);
  if (id > 0) return BigInt(id);
  throw new MillraceError("BAD_INPUT", `${option} is 0, and numbers begin at 1.`, { hint: "Give an existing number." });
}

/** Reads an address of an option. */
export function parseAddress(text: string, option: string): string {
  if (isAddress(text.trim())) return getAddress(text.trim());
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which is not an address.`, {
    hint: "Write 0x and 40 hexadecimal digits; a wrong mixture of capitals is a typing mistake.",
  });
}
