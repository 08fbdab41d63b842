import { z } from "zod";

import { httpUrl } from "../config/httpUrl.js";

/** What the config of every service has. Variables `MILLRACE_RPC_URL` and so on beat the file. */
export const serviceSchema = z.object({
  rpcUrl: httpUrl.default("http://127.0.0.1:8545").describe("JSON-RPC endpoint of the chain"),
  rpcUrls: z
    .array(httpUrl)
    .default([])
    .describe(
      "Further nodes of the same chain, independent of the first: an answer counts when `rpcQuorum` nodes give it",
    ),
  rpcQuorum: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe("Nodes that must agree, by default more than half of all"),
  chainId: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe("Chain that is meant: a node of another one is refused. Any if left out"),
  deployment: z
    .string()
    .optional()
    .describe(
      "Record of the deployment; by default the one of the chain in `deployments/`, or in the folder `MILLRACE_DEPLOYMENTS`",
    ),
  dataDir: z.string().min(1).describe("Folder of its database: what must survive a crash"),
  host: z.string().default("127.0.0.1").describe("Address on which it listens"),
  port: z.coerce.number().int().min(0).max(65_535).describe("Port on which it listens, 0 for any"),
  logLevel: z
    .enum(["debug", "error", "fatal", "info", "silent", "trace", "warn"])
    .default("info")
    .describe(
      "Least serious lines of the log, one JSON object each: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, or `silent`",
    ),
  pollMs: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(500)
    .describe("How often the chain is asked for news, milliseconds"),
});

export type ServiceConfig = z.infer<typeof serviceSchema>;
