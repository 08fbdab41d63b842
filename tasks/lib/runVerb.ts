import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Result } from "hardhat/types/utils";
import { errorResult, successfulResult } from "hardhat/utils/result";

import { decodeError, MillraceError } from "@millrace/sdk";

import { Output } from "./Output.js";
import { Session } from "./Session.js";
import { toKebab } from "./toKebab.js";
import type { Options, Verb } from "./Verb.js";

interface Run {
  /** `provider stake` */
  readonly command: string;
  readonly options: Options;
  readonly given: Record<string, unknown>;
  readonly hre: HardhatRuntimeEnvironment;
  readonly verb: Verb<Options>;
}

/** Runs a verb; a failure becomes one sentence and exit code 1. */
export async function runVerb({ command, options, given, hre, verb }: Run): Promise<Result<undefined, undefined>> {
  const output = new Output(given["json"] === true);
  try {
    const values = named(command, options, given);
    assertComplete(command, options, values);
    const session = new Session({
      hre,
      output,
      from: given["from"] as string | undefined,
      yes: given["yes"] === true,
      dryRun: given["dryRun"] === true,
    });
    await verb(session, values as never);
    return successfulResult();
  } catch (error) {
    output.failure(failureOf(error));
    if (hre.globalOptions.showStackTraces) console.error(error);
    return errorResult();
  }
}

/** What to do about an error that nobody foresaw is known here only: services have no such option. */
function failureOf(error: unknown): MillraceError {
  const failure = decodeError(error);
  const { code, message } = failure;
  if (code !== "UNEXPECTED") return failure;
  return new MillraceError(code, message, { hint: "Run again with --show-stack-traces to see where.", cause: error });
}

function assertComplete(command: string, options: Options, given: Record<string, unknown>): void {
  const missing = Object.entries(options)
    .filter(([name, { required }]) => required === true && given[name] === undefined)
    .map(([name]) => `--${toKebab(name)}`);
  if (missing.length === 0) return;
  throw new MillraceError("BAD_INPUT", `${command} needs ${missing.join(" and ")}.`, {
    hint: `See npx hardhat ${command} --help.`,
  });
}

/** What was typed, with every word that came without a name under the name of its option. */
function named(command: string, options: Options, given: Record<string, unknown>): Record<string, unknown> {
  const words = Object.entries(options).flatMap(([name, { positional }]) => {
    const word = positional === undefined ? undefined : given[positional];
    if (word === undefined) return [];
    if (given[name] === undefined) return [[name, word] as const];
    throw new MillraceError("BAD_INPUT", `${command} takes one ${name}: as --${toKebab(name)} or without, not both.`, {
      hint: `See npx hardhat ${command} --help.`,
    });
  });
  return { ...given, ...Object.fromEntries(words) };
}
