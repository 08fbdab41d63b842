import hre from "hardhat";
import { ArgumentType } from "hardhat/types/arguments";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskDefinition } from "hardhat/types/tasks";

import { millraceTasks } from "../../tasks/index.js";
import type { Outcome } from "./CommandLine.js";

type Run = (given: Record<string, unknown>, hre: HardhatRuntimeEnvironment) => Promise<{ success: boolean }>;

/**
 * Runs commands as the command line does, but in this process: a start of Hardhat costs seconds, a verb milliseconds.
 * That the command line finds verbs and their options is shown by the tests that start it.
 */
export class VerbRunner {
  readonly #hre: HardhatRuntimeEnvironment;

  /** @param at - a chain, and the folder of its deployment record */
  constructor(private readonly at: { readonly rpcUrl: string; readonly deployments: string }) {
    const { localhost } = hre.config.networks;
    const url = { ...(localhost as { url: object }).url, getUrl: () => Promise.resolve(at.rpcUrl) };
    const networks = { ...hre.config.networks, localhost: { ...localhost, url } };
    this.#hre = Object.create(hre, {
      config: { value: { ...hre.config, networks } },
      globalOptions: { value: { ...hre.globalOptions, network: "localhost", showStackTraces: false } },
    }) as HardhatRuntimeEnvironment;
  }

  /** Runs a line such as `lease notice --lease 1 --yes`, with nobody at the keyboard. */
  async run(line: string): Promise<Outcome> {
    const { definition, given } = parse(line.split(" "));
    const { action } = definition;
    if (action === undefined) throw new Error(`${definition.id.join(" ")} has no action`);
    const run = (await action()).default as unknown as Run;
    return this.#captured(async () => ((await run(given, this.#hre)).success ? 0 : 1));
  }

  /** Runs a line that must succeed and prints JSON. */
  async json(line: string): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.run(`${line} --json`);
    if (code !== 0) throw new Error(`${line} failed: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** What a run writes, with the environment that it would have. */
  async #captured(run: () => Promise<number>): Promise<Outcome> {
    const written = { stdout: "", stderr: "" };
    const environment = { MILLRACE_DEPLOYMENTS: this.at.deployments, MILLRACE_PRIVATE_KEY: undefined };
    const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
    const writes = {
      stdout: process.stdout.write.bind(process.stdout),
      stderr: process.stderr.write.bind(process.stderr),
    };
    setEnvironment(environment);
    for (const name of ["stdout", "stderr"] as const) {
      process[name].write = (chunk: string | Uint8Array) => {
        written[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
        return true;
      };
    }
    try {
      return { code: await run(), ...written };
    } finally {
      for (const name of ["stdout", "stderr"] as const) process[name].write = writes[name];
      setEnvironment(before);
    }
  }
}

function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

/** The definition of a verb, and its options and words as Hardhat would hand them over. */
function parse(words: readonly string[]): { definition: NewTaskDefinition; given: Record<string, unknown> } {
  const definition = millraceTasks
    .filter(({ id }) => id.every((word, i) => word === words[i]))
    .toSorted((a, b) => b.id.length - a.id.length)[0] as NewTaskDefinition | undefined;
  if (!definition || !("options" in definition)) throw new Error(`there is no command ${words.join(" ")}`);
  const { id, options, positionalArguments } = definition;
  const given: Record<string, unknown> = {};
  for (const { name, defaultValue } of Object.values(options)) given[name] = defaultValue;
  const places = positionalArguments.map(({ name }) => name);
  for (let i = id.length; i < words.length; i++) {
    const isOption = words[i].startsWith("--");
    const name = isOption
      ? words[i].slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
      : places.shift();
    if (name === undefined || (isOption && !(name in options))) throw new Error(`${id.join(" ")} has no ${words[i]}`);
    given[name] = !isOption ? words[i] : options[name].type === ArgumentType.FLAG ? true : words[++i];
  }
  return { definition, given };
}
