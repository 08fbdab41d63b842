import type { Revert } from "./MillraceError.js";
import { formatArgument } from "./formatArgument.js";
import { SENTENCES } from "./sentences/index.js";

/** One sentence for a custom error, and what to do. An error without an entry is spelled out from its name. */
export function describeRevert({ name, args }: Revert): { what: string; todo: string } {
  const sentence = SENTENCES[name];
  if (sentence === undefined) return { what: spellOut(name, args), todo: "Nothing changed; check what you asked for." };
  const [what, todo] = sentence;
  return { what: fill(what, args), todo: fill(todo, args) };
}

/** Fills the `{argument:unit}` places of a sentence. */
function fill(sentence: string, args: Revert["args"]): string {
  return sentence.replace(/\{(\w+)(?::(\w+))?\}/g, (_, argument: string, unit?: string) =>
    formatArgument(args[argument], unit),
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

/** The protocol's naming rule: `…At` is a moment, `…Seconds` a duration, `…Ppm` a share. */
function unitByName(argument: string): string | undefined {
  if (argument.endsWith("At")) return "time";
  if (argument.endsWith("Seconds")) return "duration";
  return argument.endsWith("Ppm") ? "ppm" : undefined;
}
