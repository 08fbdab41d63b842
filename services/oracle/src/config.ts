import { httpUrl, serviceSchema } from "@millrace/sdk";
import { z } from "zod";

const positive = z.coerce.number().int().positive();

/** Config of a member of the uptime oracle. Its key also pays the gas of reports. */
export const oracleSchema = serviceSchema.extend({
  dataDir: z
    .string()
    .min(1)
    .describe("Folder of the database, which holds what was signed: never delete it while the key attests"),
  peers: z.array(httpUrl).default([]).describe("HTTP addresses of the other members"),
  closeEpochs: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe("Whether to close epochs too, when nobody else does"),
  finality: z
    .enum(["finalized", "latest", "safe"])
    .optional()
    .describe("Which blocks count for what is signed: by default `finalized`, on a local chain `latest`"),
  peerTimeoutMs: positive
    .default(3_000)
    .describe("Time for an answer of a peer to come; every 2 MiB of it buy another second"),
  requestsPerSecond: positive.default(200).describe("Requests a second from one address, on average over ten seconds"),
  probeOneIn: positive
    .default(8)
    .describe(
      "Of how many nodes with an endpoint one is asked in a slot whether it is there; all members should ask the same",
    ),
  threads: positive.optional().describe("Threads that check signatures, by default as many as there are processors"),
  maxFeeGwei: z.coerce
    .number()
    .positive()
    .default(200)
    .describe("Most that a unit of gas may cost, in gwei. Above it nothing is sent until it falls"),
  gasBudgetPerDay: z.coerce
    .number()
    .positive()
    .default(0.5)
    .describe(
      "Most that may be spent on gas in a day (UTC), in the chain's coin, but for answers, which who asks pays; half of it is kept from what can wait",
    ),
});

export type OracleConfig = z.infer<typeof oracleSchema>;
