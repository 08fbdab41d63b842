import { readFileSync } from "node:fs";

/** The parameters of a local chain, `parameters/local.json`; integers too large for JSON stand there as `"123n"`. */
export function localParameters(): Record<string, unknown> {
  const file = new URL("./parameters/local.json", import.meta.url);
  const text = readFileSync(file, "utf8");
  const revived: unknown = JSON.parse(text, (_, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
  return (revived as { Millrace: Record<string, unknown> }).Millrace;
}
