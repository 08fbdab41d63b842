import type { Revert } from "./MillraceError.js";
import { formatArgument, NAMED } from "./formatArgument.js";
import { SENTENCES } from "./sentences/index.js";

/** One sentence for a custom error, and what to do. An error without an entry is spelled out from its name. */
export function describeRevert({ name, args }: Revert): { what: string; todo: string } {
  const sentence = SENTENCES[name];
  if (sentence === undefined) return { what: spellOut(name, args), todo: "Nothing changed; check what you asked for." };
  const [what, todo] = sentence;
  return { what: fill(what, args), todo: fill(todo, args) };
}

/** Fills the `{argument:unit}` places of a sentence; `named` is the unit of whatever the argument `name` names. */
function fill(sentence: string, args: Revert["args"]): string {
  return sentence.replace(/\{(\w+)(?::(\w+))?\}/g, (_, argument: string, unit?: string) =>
    formatArgument(args[argument], unit === NAMED ? unitByName(String(args["name"])) : unit),
  );
}

/** `TaskMarket_TooLate(taskId 3)` becomes "TaskMarket refuses: too late (task id 3)." */
function spellOut(name: string, args: Revert["args"]): string {
  const [contract = "", reason] = name.split("_");
  const facts = Object.entries(args).map(([key, value]) => `${toWords(key)} ${formatArgument(value, unitByName(key))}`);
  const subject = reason === undefined ? "The contract" : contract;
  return `${subject} refuses: ${toWords(reason ?? contract)}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}.`;
}

function toWords(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
}

/** The protocol's naming rule: `…At` is a moment, `…Seconds` a duration, `…Ppm` a share, `…Price` credits. */
const UNIT_BY_LAST_WORD: Readonly<Record<string, string>> = {
  At: "time",
  Seconds: "duration",
  Ppm: "ppm",
  Price: "credits",
  Value: "credits",
  Rate: "rate",
};

function unitByName(argument: string): string | undefined {
  return UNIT_BY_LAST_WORD[/[A-Z][a-z]*$/.exec(argument)?.[0] ?? ""];
}
