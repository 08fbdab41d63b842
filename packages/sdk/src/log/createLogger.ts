import type { DestinationStream, Logger } from "pino";
import { pino } from "pino";

export type { Logger } from "pino";

interface LoggerOptions {
  /** Name of the service, in every line. */
  readonly name: string;
  readonly level?: string | undefined;
  /** Where lines go, standard output if left out. */
  readonly destination?: DestinationStream | undefined;
}

/** Fields that never reach a log, wherever a careless line puts them. */
const SECRETS = ["key", "privateKey", "mnemonic", "*.key", "*.privateKey", "*.mnemonic"];

/** A structured log: one JSON object a line, time in ISO form, bigints as decimal strings, secrets left out. */
export function createLogger({ name, level = "info", destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: { paths: SECRETS, censor: "[secret]" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: (fields: Record<string, unknown>) => replaceBigints(fields) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function replaceBigints(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "bigint" ? value.toString() : value]),
  );
}
