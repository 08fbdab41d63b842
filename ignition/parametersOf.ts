import { readFileSync } from "node:fs";

/** The parameters of a kind of chain, `parameters/<name>.json`; integers too large for JSON stand there as `"123n"`. */
export function parametersOf(name: "local" | "production"): Record<string, unknown> {
  const file = new URL(`./parameters/${name}.json`, import.meta.url);
  const revived: unknown = JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
  return (revived as { Millrace: Record<string, unknown> }).Millrace;
}
