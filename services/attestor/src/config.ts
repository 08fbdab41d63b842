import { z } from "zod";

import { loadConfig } from "@millrace/sdk";

const positive = z.coerce.number().int().positive();

export const configSchema = z.object({
  /** JSON-RPC endpoint of the chain. */
  rpcUrl: z.url(),
  chainId: z.coerce.number().int().positive(),
  /** Folder of deployment records, by default that of the repository. */
  deployments: z.string().optional(),
  /** Signing key of the attestor; also pays the gas of reports. */
  privateKey: z.string().regex(/^0x[0-9a-fA-F]{64}$/, "is not a private key of 32 bytes"),
  /** File of the embedded database. It holds what was signed: never delete it while the key attests. */
  database: z.string().min(1),
  host: z.string().default("127.0.0.1"),
  port: z.coerce.number().int().min(0).max(65_535),
  /** HTTP addresses of the other members. */
  peers: z.array(z.url()).default([]),
  /** Whether to close epochs too, when nobody else does. */
  closeEpochs: z.stringbool().or(z.boolean()).default(false),
  /** How often the chain is asked for new blocks. */
  pollMs: positive.default(250),
  /** Time for one answer of a peer. */
  peerTimeoutMs: positive.default(3_000),
  /** Requests a second from one address, on average; bursts of ten times that. */
  requestsPerSecond: positive.default(200),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** Settings of an attestor. */
export type Config = z.infer<typeof configSchema>;

/** Reads the settings from a file and from `ATTESTOR_…` variables. @throws MillraceError BAD_CONFIG */
export function readConfig(file: string | undefined): Config {
  return loadConfig(configSchema, { name: "attestor", file, prefix: "ATTESTOR" });
}
