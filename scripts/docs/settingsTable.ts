import { settingsOf } from "@millrace/sdk";
import type { z } from "zod";

import { agentSchema } from "../../services/node-agent/src/config.js";
import { oracleSchema } from "../../services/oracle/src/config.js";
import { watcherSchema } from "../../services/watcher/src/config.js";
import { insertTable } from "./insertTable.js";

/** Pages that list a service's settings, and the schema that they are read by. */
export const SERVICES: Readonly<Record<string, z.ZodObject>> = {
  "services/node-agent/README.md": agentSchema,
  "services/oracle/README.md": oracleSchema,
  "services/watcher/README.md": watcherSchema,
};

/** The page of a service with the table of its settings as its schema is now. @throws Error without a place for it */
export function withSettingsTable(schema: z.ZodObject, page: string): string {
  const rows = settingsOf(schema).map(({ name, fallback, isRequired, about }) => {
    const left = isRequired ? "required" : fallback === undefined ? "" : `\`${fallback}\``;
    return `| \`${name}\` | ${left} | ${about} |`;
  });
  return insertTable(page, "settings", ["| setting | default | meaning |", "| --- | --- | --- |", ...rows]);
}
