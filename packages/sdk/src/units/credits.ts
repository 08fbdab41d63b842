import { formatWad, parseWad } from "./wad.js";

/** Reads an amount of credits. */
export function parseCredits(text: string): bigint {
  return parseWad(text, "amount of credits");
}

/** An amount of credits for people: `12.5 credits`. */
export function formatCredits(credits: bigint): string {
  return `${formatWad(credits)} ${credits === 10n ** 18n ? "credit" : "credits"}`;
}
