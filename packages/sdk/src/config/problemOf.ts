import type { z } from "zod";

/** What a schema says of a value that it refuses. */
type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "text",
  stringbool: "true or false",
};

/**
 * What a setting must be, for people: `must be a whole number`. The value is never repeated, as it may be a secret. What
 * a schema says in words of its own is left as it is.
 */
export function problemOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${KINDS[String(issue["expected"])] ?? oneOf(issue.values.map(String))}`;
    case "invalid_union":
      return oneOf([...new Set(issue.errors.flat().map(({ message }) => message))]);
    case "too_small":
      return sized(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return sized(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "invalid_format":
      return `must be ${issue.format === "regex" ? `written as ${String(issue["pattern"])}` : `a valid ${issue.format}`}`;
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "not_multiple_of":
    case "unrecognized_keys":
      return "cannot be used";
  }
}

function oneOf(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
}

function sized(origin: string, bound: string, size: bigint | number): string {
  if (origin === "string")
    return bound === "at least" && size === 1 ? "must not be empty" : `must have ${bound} ${size} characters`;
  return origin === "array" ? `must have ${bound} ${size} of them` : `must be ${bound} ${size}`;
}
