import { getAddress } from "ethers";
import { z } from "zod";

import { MAX_HEARTBEAT_NODES, MAX_SEATS } from "@millrace/uptime-tree/format";

const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase());
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
/** 65 bytes: between members only. */
const signature = z.string().regex(/^0x[0-9a-fA-F]{130}$/);
/** 64 bytes (ERC-2098): what can become evidence. */
const compact = z
  .string()
  .regex(/^0x[0-9a-fA-F]{128}$/)
  .transform((text) => text.toLowerCase());
const uint8 = z.number().int().min(0).max(0xff);
const uint32 = z.number().int().min(0).max(0xffff_ffff);
const uint64 = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/)
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n);

/** Node ids of one host, as they are signed. */
const nodeIds = z
  .array(uint64)
  .min(1)
  .max(MAX_HEARTBEAT_NODES)
  .refine((ids) => ids.every((id, i) => id > (ids[i - 1] ?? 0n)), "ids must ascend from 1");

/** Body of `POST /heartbeats`. */
export const heartbeatSchema = z.strictObject({
  epoch: uint32,
  slot: uint8,
  nodeIds,
  blockNumber: uint64,
  blockHash: hash,
  signature: compact,
});

/** Body of `POST /receipts`. */
export const receiptsSchema = z.strictObject({ epoch: uint32, slot: uint8, nodeIds });

const batchSchema = z.strictObject({
  epoch: uint32,
  slot: uint8,
  // In lower case it has no checksum that could be wrong.
  attestor: address.transform((text) => getAddress(text.toLowerCase())),
  root: hash,
  signature: compact,
});

/** Body of `POST /batches`: batches that a member signed, or heard of. */
export const batchesSchema = z
  .array(batchSchema)
  .min(1)
  .max(MAX_SEATS * 8);

const reference = z.strictObject({ attestor: address, root: hash, signature: compact });

/** Answer of `POST /proposals`, `POST /locks` and `POST /commits`. */
export const signedSchema = z.strictObject({ attestor: address, signature });
export type Signed = z.infer<typeof signedSchema>;

/** Votes or locks of a quorum. */
const ofQuorum = z.array(signedSchema).min(1).max(MAX_SEATS);
/** A report in a round. */
const content = { epoch: uint32, round: uint32, reportHash: hash };
const observations = z.array(reference).min(1).max(MAX_SEATS);

/** Body of `POST /proposals`: the leader's set of observations and the report that it gets from them. */
export const proposalSchema = z.strictObject({
  ...content,
  observations,
  /** Votes of a quorum for the same report in an earlier round, if there was one. */
  earlier: z.strictObject({ round: uint32, votes: ofQuorum }).optional(),
  signature,
});
export type Proposal = z.infer<typeof proposalSchema>;

/** Body of `POST /locks`: the votes of a quorum for one report in one round. */
export const lockSchema = z.strictObject({ ...content, votes: ofQuorum });
export type Lock = z.infer<typeof lockSchema>;

/** Body of `POST /commits`: the locks of a quorum on one report in one round. */
export const commitSchema = z.strictObject({ ...content, locks: ofQuorum });
export type Commit = z.infer<typeof commitSchema>;

/** Answer of `GET /locks/:epoch`: the report to which a member is locked, why, and from what it follows. */
export const lockedSchema = lockSchema.extend({ observations });
export type Locked = z.infer<typeof lockedSchema>;

/** A report as members tell it. */
export const reportSchema = z.strictObject({
  epoch: uint32,
  root: hash,
  evidenceRoot: hash,
  nodeCount: uint32,
  totalPoints: z
    .string()
    .regex(/^[0-9]+$/)
    .transform(BigInt),
  dataHash: hash,
  previousReport: hash,
  registryDigest: hash,
  configDigest: hash,
  consensusVersion: uint32,
});

/** Answer of `GET /rounds/:epoch`: the report that a member has signed. */
export const boundSchema = z.strictObject({
  attestor: address,
  reportHash: hash,
  report: reportSchema,
  signature: z.union([signature, z.literal("")]),
});
export type Bound = z.infer<typeof boundSchema>;

/** Answer of `POST /receipts`. */
export const receiptsAnswerSchema = z.object({
  receipts: z
    .array(batchSchema.extend({ nodeId: uint64, heartbeatHash: hash, path: z.array(hash).max(64) }))
    .max(MAX_HEARTBEAT_NODES),
});

const whole = z
  .union([z.number().int().nonnegative(), z.string().regex(/^([0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/)])
  .transform(BigInt);

/** Answer of `GET /epochs/:epoch/leaf/:nodeId`. */
export const provenLeafSchema = z.object({
  leaf: z.object({
    epoch: uint32,
    index: uint32,
    nodeId: whole,
    provider: address,
    bitmap: whole,
    points: whole,
    pointsBefore: whole,
    rawCumulativeReward: whole,
  }),
  proof: z.array(hash).max(64),
});

/** Answer of `GET /health`. */
export const healthSchema = z.object({
  status: z.enum(["ok", "starting", "behind", "ailing"]),
  /** What is wrong, one sentence each. */
  problems: z.array(z.string()),
  /** What an operator should know though all is well, one sentence each. */
  warnings: z.array(z.string()).default([]),
  attestor: address,
  epoch: z.number().int(),
  slot: z.number().int(),
  block: z.number().int(),
  nodes: z.number().int(),
  lastReport: z.number().int().nullable(),
});
export type Health = z.infer<typeof healthSchema>;

/** Answer of `POST /batches`. */
export const takenSchema = z.object({ taken: z.number().int() });

/** Answer of a request that is refused. */
export const refusalSchema = z.object({ code: z.string(), message: z.string() });
