import { formatWad, parseWad } from "./wad.js";

/** Reads an amount of MILL. */
export function parseMill(text: string): bigint {
  return parseWad(text, "amount of MILL");
}

/** An amount of MILL for people: `1,250 MILL`. */
export function formatMill(mill: bigint): string {
  return `${formatWad(mill)} MILL`;
}
