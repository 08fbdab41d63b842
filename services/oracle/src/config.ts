import { serviceSchema } from "@millrace/sdk";
import { z } from "zod";

const positive = z.coerce.number().int().positive();

/** Config of an attestor. Its key also pays the gas of reports. */
export const oracleSchema = serviceSchema.extend({
  /** Folder of the database, which holds what was signed: never delete it while the key attests. */
  dataDir: z.string().min(1),
  /** HTTP addresses of the other members. */
  peers: z.array(z.url()).default([]),
  /** Whether to close epochs too, when nobody else does. */
  closeEpochs: z.stringbool().or(z.boolean()).default(false),
  /** Time for one answer of a peer. */
  peerTimeoutMs: positive.default(3_000),
  /** Requests a second from one address, on average; bursts of ten times that. */
  requestsPerSecond: positive.default(200),
});

export type OracleConfig = z.infer<typeof oracleSchema>;
