import { MillraceError } from "@millrace/sdk";

/** Reads 32 bytes of an option. */
export function parseHash(text: string, option: string): string {
  if (/^0x[0-9a-f]{64}$/i.test(text.trim())) return text.trim();
  throw new MillraceError("BAD_INPUT", `${option} is "${text}", which is not a hash.`, {
    hint: "Write 0x and 64 hexadecimal digits.",
  });
}
