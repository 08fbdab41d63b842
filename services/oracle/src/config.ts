import { serviceSchema } from "@millrace/sdk";
import { z } from "zod";

const positive = z.coerce.number().int().positive();

/** Config of a member of the uptime oracle. Its key also pays the gas of reports. */
export const oracleSchema = serviceSchema.extend({
  /** Folder of the database, which holds what was signed: never delete it while the key attests. */
  dataDir: z.string().min(1),
  /** HTTP addresses of the other members. */
  peers: z.array(z.url()).default([]),
  /** Whether to close epochs too, when nobody else does. */
  closeEpochs: z.stringbool().or(z.boolean()).default(false),
  /** Which blocks count for what is signed: by default `finalized`, on a local chain `latest`. */
  finality: z.enum(["finalized", "latest", "safe"]).optional(),
  /** Time for one answer of a peer. */
  peerTimeoutMs: positive.default(3_000),
  /** Requests a second from one address, on average over ten seconds. */
  requestsPerSecond: positive.default(200),
  /** Of how many nodes with an endpoint one is asked in a slot whether it is there; all members should ask the same. */
  probeOneIn: positive.default(8),
  /** Threads that check signatures, by default as many as there are processors. */
  threads: positive.optional(),
  /** Most that a unit of gas may cost, in gwei. Above it nothing is sent until it falls. */
  maxFeeGwei: z.coerce.number().positive().default(200),
  /** Most that may be spent on gas in a day (UTC), in the chain's coin. */
  gasBudgetPerDay: z.coerce.number().positive().default(0.5),
});

export type OracleConfig = z.infer<typeof oracleSchema>;
