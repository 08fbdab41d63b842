/**
 * Last words of the names of what is counted: `nodeId`, `fromEpoch`, `answerBy`. An array has the name of what holds it.
 * A new name goes here or into the list of amounts in the test that reads all commands.
 */
export const COUNTED: ReadonlySet<string> = new Set([
  ...["id", "ids", "number", "leases", "recorded", "epoch", "era", "pass"],
  ...["at", "by", "from", "through", "deadline", "seconds", "slots"],
  ...["attempt", "submissions", "strikes", "chunk", "chunks", "seats", "units", "kinds", "ppm"],
  ...["products", "rows", "lanes", "steps", "gas", "quorum", "threshold"],
]);

/** The last word of a name, in small letters: `epoch` of `fromEpoch`. */
export function lastWord(name: string): string {
  return name.replace(/^.*(?=[A-Z])/, "").toLowerCase();
}

/**
 * An object as JSON. What is counted is a number, as long as it is exact as one; amounts, sets of bits and whatever else
 * may be wider than a number are decimal strings. The contracts' types cannot tell these apart: everything is a bigint.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(plain(value, ""), undefined, 2);
}

function plain(value: unknown, name: string): unknown {
  if (typeof value === "bigint") return COUNTED.has(lastWord(name)) && isExact(value) ? Number(value) : `${value}`;
  if (Array.isArray(value)) return value.map((each) => plain(each, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field, key)]));
}

function isExact(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
