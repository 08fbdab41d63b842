import { readFileSync } from "node:fs";
import { extname } from "node:path";

import { parse as parseYaml } from "yaml";
import type { z } from "zod";

import { MillraceError } from "../errors/MillraceError.js";
import { problemOf } from "./problemOf.js";
import type { Environment } from "./readEnvironment.js";
import { readEnvironment } from "./readEnvironment.js";
import { objectOf } from "./settingsOf.js";

interface Sources {
  /** What the config is of, for errors: `attestor`. */
  readonly name: string;
  /** JSON or YAML file. */
  readonly file?: string | undefined;
  /** Prefix of environment variables: `ATTESTOR` lets `ATTESTOR_RPC_URL` set `rpcUrl`. */
  readonly prefix?: string | undefined;
  readonly environment?: Environment | undefined;
  /** What beats file and environment, such as flags of a command. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
}

type Fields = Record<string, unknown>;

/**
 * Reads a config once, at the edge: file, then environment, then overrides, the later ones winning. Variables of the
 * environment are strings (or JSON, if they look like a list or an object): numbers need `z.coerce`.
 */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, sources: Sources): z.infer<Schema> {
  const fields = {
    ...readFields(sources.file, sources.name),
    ...environmentFields(schema, sources),
    ...withoutUndefined(sources.overrides ?? {}),
  };
  const parsed = schema.safeParse(fields, { error: problemOf });
  const unknown = unknownIn(schema, fields, "");
  if (parsed.success && unknown.length === 0) return parsed.data;
  const problems = [
    ...unknown,
    ...(parsed.error?.issues ?? []).map(({ path, message }) => {
      const isMissing = valueAt(fields, path) === undefined;
      return `${path.join(".") || "(whole)"}: ${isMissing ? "is missing, and " : ""}${message}`;
    }),
  ];
  throw new MillraceError("BAD_CONFIG", `The config of ${sources.name} is not valid: ${problems.join("; ")}.`, {
    hint: `Correct ${sources.file ?? "it"}${sources.prefix === undefined ? "" : ` or the ${sources.prefix}_… variables`}.`,
  });
}

/** Settings that there are not, also in objects and in lists of them: what is misspelt must not be left out in silence. */
function unknownIn(schema: z.ZodObject, fields: Fields, path: string): string[] {
  const names = Object.keys(schema.shape);
  return Object.entries(fields).flatMap(([field, value]) => {
    const known = names.includes(field) ? (schema.shape[field] as z.ZodType) : undefined;
    if (known === undefined) return [`${path}${field}: there is no such setting${likely(field, names)}`];
    const inner = objectOf(known);
    if (inner === undefined) return [];
    const items = Array.isArray(value) ? value.map((each, i) => [`${i}.`, each] as const) : [["", value] as const];
    return items.flatMap(([place, each]) => (isFields(each) ? unknownIn(inner, each, `${path}${field}.${place}`) : []));
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(fields: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], fields);
}

/** The setting that was probably meant: one that differs in case or in a letter. */
function likely(field: string, names: readonly string[]): string {
  const found = names.find((name) => name.toLowerCase() === field.toLowerCase() || isOneLetterOff(name, field));
  return found === undefined ? "" : ` (${found}?)`;
}

/** One letter more, less or other. */
function isOneLetterOff(a: string, b: string): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return long.slice(at + 1) === short.slice(long.length === short.length ? at + 1 : at);
}

function readFields(file: string | undefined, name: string): Fields {
  if (file === undefined) return {};
  let content: unknown;
  try {
    const text = readFileSync(file, "utf8");
    content = extname(file) === ".json" ? JSON.parse(text) : parseYaml(text);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new MillraceError(
      "BAD_CONFIG",
      `The config file ${file} of ${name} ${isMissing ? "is missing" : "cannot be read"}.`,
      {
        hint: isMissing ? "Create it, or name another one." : "It must be JSON or YAML with an object on top.",
        cause: error,
      },
    );
  }
  if (content === null || content === undefined) return {};
  if (isFields(content)) return content;
  throw new MillraceError("BAD_CONFIG", `The config file ${file} of ${name} is not an object.`, {
    hint: "It must be JSON or YAML with an object on top.",
  });
}

function environmentFields(schema: z.ZodObject, { prefix, environment }: Sources): Fields {
  if (prefix === undefined) return {};
  const variables = environment ?? readEnvironment();
  const fields: Fields = {};
  for (const key of Object.keys(schema.shape)) {
    const value = variables[`${prefix}_${toUpperSnake(key)}`];
    if (value !== undefined) fields[key] = parseIfJson(value);
  }
  return fields;
}

function toUpperSnake(key: string): string {
  return key.replace(/([a-z\d])([A-Z])/g, "$1_$2").toUpperCase();
}

function parseIfJson(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
