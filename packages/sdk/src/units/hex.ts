import { isHexString } from "ethers";

import { MillraceError } from "../errors/MillraceError.js";

/** Reads a hex string of `bytes` bytes (of any length without); `what` names it in the error. */
export function parseHex(text: string, what: string, bytes?: number): string {
  const trimmed = text.trim();
  const isHex = isHexString(trimmed, bytes ?? true);
  if (!isHex) {
    const length = bytes === undefined ? "whole bytes" : `${bytes} bytes`;
    throw new MillraceError("BAD_INPUT", `The ${what} "${shortHex(trimmed)}" is malformed.`, {
      hint: `It must be 0x followed by ${length} in hexadecimal digits.`,
    });
  }
  return trimmed.toLowerCase();
}

/** A hash or an address, short enough to read: `0x1234…cdef`. Shorter texts stay as they are. */
export function shortHex(hex: string): string {
  return hex.length <= 14 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`;
}
