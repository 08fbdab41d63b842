import { emptyTask, task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";

import { toKebab } from "./toKebab.js";
import type { Option, Options, Verb } from "./Verb.js";

/** How a verb is described; its action is loaded only when it runs, so that other commands start as fast as ever. */
interface Definition<Given extends Options> {
  readonly name: string;
  readonly description: string;
  readonly options?: Given;
  readonly action: () => Promise<{ default: Verb<Given> }>;
}

/** Options of every verb. */
export const COMMON_OPTIONS = {
  json: {
    description: "Print one JSON object to standard output; amounts are texts, in atoms (18 decimals)",
    flag: true,
  },
} as const satisfies Options;

/** Options of every verb that sends transactions. */
export const WRITE_OPTIONS = {
  ...COMMON_OPTIONS,
  from: { description: "Account to send from: address or index of an account of the node or the network's config" },
  yes: { description: "Send without asking", flag: true },
  dryRun: { description: "Show what would be sent, and send nothing", flag: true },
} as const satisfies Options;

/** A verb that only looks. */
export function reading<const Given extends Options = Options>(definition: Definition<Given>): VerbOf {
  return (noun) => build(noun, definition, COMMON_OPTIONS);
}

/** A verb that sends transactions, after a preview and a question. */
export function writing<const Given extends Options = Options>(definition: Definition<Given>): VerbOf {
  return (noun) => build(noun, definition, WRITE_OPTIONS);
}

type VerbOf = (noun: string) => TaskDefinition;

/** A noun with its verbs. */
export function noun(name: string, description: string, verbs: readonly VerbOf[]): TaskDefinition[] {
  return [emptyTask(name, description).build(), ...verbsOf(name, verbs)];
}

/** Verbs of a noun that Hardhat itself defines. */
export function verbsOf(name: string, verbs: readonly VerbOf[]): TaskDefinition[] {
  return verbs.map((verb) => verb(name));
}

/** A command without a verb. */
export function command<const Given extends Options = Options>(definition: Definition<Given>): TaskDefinition {
  return build("", definition, WRITE_OPTIONS);
}

function build<Given extends Options>(noun: string, definition: Definition<Given>, common: Options): TaskDefinition {
  const { name, description, action } = definition;
  const options: Options = { ...definition.options, ...common };
  const id = noun === "" ? name : [noun, name];
  let builder = task(id, description);
  for (const [optionName, option] of Object.entries(options)) {
    if (option.flag === true) {
      builder = builder.addFlag({ name: optionName, description: option.description });
    } else {
      builder = builder.addOption({
        name: optionName,
        description: `${option.description}${requirement(option)}`,
        type: ArgumentType.STRING_WITHOUT_DEFAULT,
        defaultValue: option.default,
      });
    }
    if (option.positional !== undefined) {
      builder = builder.addPositionalArgument({
        name: option.positional,
        description: `${option.description}; the same as --${toKebab(optionName)}`,
        type: ArgumentType.STRING_WITHOUT_DEFAULT,
        defaultValue: undefined,
      });
    }
  }
  return builder
    .setAction(async () => {
      const [{ runVerb }, verb] = await Promise.all([import("./runVerb.js"), action()]);
      const command = [noun, name].filter((word) => word !== "").join(" ");
      return {
        default: async (given, hre) => runVerb({ command, options, given, hre, verb: verb.default as Verb<Options> }),
      };
    })
    .build();
}

/** What the help says of an option that must be given; one with a word of its own may come without its name. */
function requirement({ required, positional }: Option): string {
  if (required !== true) return "";
  return positional === undefined ? " (required)" : ` (required, here or as ${positional})`;
}

/** Whether an option must be given, by its help: Hardhat's definition of a task has no word for it. */
export function isRequired({ description }: { readonly description: string }): boolean {
  return / \(required\b[^)]*\)$/.test(description);
}
