import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

import { type JsonRpcApiProvider, Wallet } from "ethers";
import type { z } from "zod";

import { nodesOf } from "../chain/rpc/nodesOf.js";
import { openQuorum } from "../chain/rpc/openQuorum.js";
import type { RpcFault } from "../chain/rpc/RpcEndpoint.js";
import { loadConfig } from "../config/loadConfig.js";
import { readEnvironment } from "../config/readEnvironment.js";
import { settingsOf } from "../config/settingsOf.js";
import type { Deployment } from "../deployment/Deployment.js";
import { loadDeployment, readDeployment } from "../deployment/loadDeployment.js";
import { decodeError } from "../errors/decodeError.js";
import { MillraceError } from "../errors/MillraceError.js";
import { createLogger, type Logger } from "../log/createLogger.js";
import { checkChain } from "./checkChain.js";
import type { ServiceConfig, serviceSchema } from "./serviceSchema.js";
import { Shutdown } from "./Shutdown.js";

/** What a service is given to run with. */
export interface ServiceContext<Config extends ServiceConfig> {
  readonly config: Config;
  readonly logger: Logger;
  readonly provider: JsonRpcApiProvider;
  readonly deployment: Deployment;
  /** The service's key, from `MILLRACE_PRIVATE_KEY`. */
  readonly wallet: Wallet;
  readonly shutdown: Shutdown;
  /** Calls back for every answer of a node of the chain that did not count. */
  readonly onRpcFault: (listener: (fault: RpcFault) => void) => void;
  /** Options of the command line beside `--config`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

/** What a check is given: all that a service is, but the key, of which it needs the address only. */
export type CheckContext<Config extends ServiceConfig> = Pick<
  ServiceContext<Config>,
  "config" | "deployment" | "logger" | "provider"
> & { readonly address: string | undefined };

interface ServiceDefinition<Schema extends z.ZodObject<typeof serviceSchema.shape>> {
  readonly name: string;
  /** What `--help` says, one sentence. */
  readonly about: string;
  readonly schema: Schema;
  /** Further options that take a value, with their help. */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * What `--check` looks at beside chain and key, and a start without a key: everything that can be wrong before anything is
   * signed. A line a fact. @throws MillraceError for what would keep it from its work
   */
  readonly check?: (context: CheckContext<z.infer<Schema>>) => Promise<readonly string[]>;
  /** Serves until the shutdown; resolves once it is ready. */
  readonly start: (context: ServiceContext<z.infer<Schema>>) => Promise<void>;
}

/**
 * Runs a service as a process: config, log, chain, deployment and key at its start, an orderly end on SIGTERM and SIGINT.
 * Whatever keeps it from starting is one sentence on standard error and exit code 1. When it serves it logs `ready`.
 */
export async function runService<Schema extends z.ZodObject<typeof serviceSchema.shape>>(
  definition: ServiceDefinition<Schema>,
): Promise<void> {
  const { name, schema, start, options = {} } = definition;
  try {
    const { check, ...flags } = parseFlags(Object.keys(options), definition.check !== undefined);
    if (flags["help"] !== undefined) {
      process.stdout.write(help(definition));
      return;
    }
    const config = loadConfig(schema, { name, file: flags["config"], prefix: "MILLRACE" });
    const logger = createLogger({ name, level: config.logLevel });
    const shutdown = new Shutdown({ logger, deadlineMs: 5_000 });
    shutdown.listen();
    const listeners: ((fault: RpcFault) => void)[] = [];
    const provider = await openQuorum({
      rpcUrls: nodesOf(config),
      quorum: config.rpcQuorum,
      chainId: config.chainId,
      onFault: (fault) => {
        const { url, code, message } = fault;
        logger.warn({ url, code, message }, "a node of the chain is left alone for a while");
        for (const listener of listeners) listener(fault);
      },
    });
    shutdown.add("connection to the chain", () => {
      provider.destroy();
    });
    const { chainId } = await provider.getNetwork();
    const environment = readEnvironment();
    const deployment =
      config.deployment === undefined
        ? loadDeployment(chainId, environment["MILLRACE_DEPLOYMENTS"])
        : readDeployment(config.deployment, chainId);
    const hasKey = (environment["MILLRACE_PRIVATE_KEY"] ?? "") !== "";
    if (definition.check !== undefined && (check !== undefined || !hasKey)) {
      const address = hasKey ? readWallet(name).address : undefined;
      const context = { config, logger, provider, deployment, address };
      const lines = [...(await checkChain(context)), ...(await definition.check(context))];
      const end = hasKey ? "Nothing was signed." : "There is no key (MILLRACE_PRIVATE_KEY), so nothing was signed.";
      process.stdout.write(`${[...lines, end].map((line) => `${name}: ${line}`).join("\n")}\n`);
      await shutdown.run("checked");
      return;
    }
    const wallet = readWallet(name).connect(provider);
    if ((await provider.getBalance(wallet.address)) === 0n) {
      logger.warn({ address: wallet.address }, "the account has nothing to pay gas with: it can send nothing");
    }
    const onRpcFault = (listener: (fault: RpcFault) => void): void => void listeners.push(listener);
    await start({ config, logger, provider, deployment, wallet, shutdown, onRpcFault, flags });
    logger.info({ address: wallet.address, port: config.port, chainId }, "ready");
  } catch (error) {
    process.stderr.write(`${name}: ${sentenceOf(error)}\n`);
    process.exit(1);
  }
}

/** Whoever starts a service can do nothing about what nobody foresaw, but tell of it. */
function sentenceOf(error: unknown): string {
  const { code, sentence } = decodeError(error);
  return code === "UNEXPECTED" ? `${sentence} Please report it, with the settings of this start.` : sentence;
}

function parseFlags(names: readonly string[], canCheck: boolean): Record<string, string | undefined> {
  const strings = Object.fromEntries(["config", ...names].map((name) => [name, { type: "string" as const }]));
  try {
    const switches: ParseArgsOptionsConfig = {
      help: { type: "boolean", short: "h" },
      ...(canCheck && { check: { type: "boolean" } }),
    };
    const { values } = parseArgs({ options: { ...strings, ...switches } });
    const { help: wantsHelp, check, ...rest } = values as Record<string, string | boolean | undefined>;
    return {
      ...(rest as Record<string, string | undefined>),
      ...(wantsHelp === true && { help: "" }),
      ...(check === true && { check: "" }),
    };
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", cause instanceof Error ? `${cause.message}.` : String(cause), {
      hint: "See --help.",
      cause,
    });
  }
}

function help({
  name,
  about,
  schema,
  options = {},
  check,
}: {
  readonly name: string;
  readonly about: string;
  readonly schema: z.ZodObject;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly check?: unknown;
}): string {
  const flags = Object.entries({
    "config <file>": "JSON or YAML file with the settings below",
    ...options,
    ...(check !== undefined && { check: "look at everything and sign nothing; so does a start without a key" }),
  }).map(([option, what]) => `  --${option.padEnd(18)} ${what}`);
  const settings = settingsOf(schema).map(({ name, fallback, isRequired, about }) => {
    const left = isRequired ? " (required)" : fallback === undefined ? "" : ` (${fallback})`;
    return `  ${name}${left}\n      ${about}`;
  });
  return [
    `${name}: ${about}`,
    flags.join("\n"),
    "The key is taken from MILLRACE_PRIVATE_KEY, in the environment or in .env.",
    `Settings, with what they are if left out; a variable beats the file, MILLRACE_RPC_URL for rpcUrl and so on:\n${settings.join("\n")}\n`,
  ].join("\n\n");
}

function readWallet(name: string): Wallet {
  const key = readEnvironment()["MILLRACE_PRIVATE_KEY"];
  const hint = "Put a private key (0x and 64 hex digits) into MILLRACE_PRIVATE_KEY, in the environment or in .env.";
  if (key === undefined || key === "") throw new MillraceError("WRONG_KEY", `The ${name} has no key.`, { hint });
  try {
    return new Wallet(key);
  } catch {
    // The cause would repeat the key.
    throw new MillraceError("WRONG_KEY", `The key of the ${name} is not a private key.`, { hint });
  }
}
