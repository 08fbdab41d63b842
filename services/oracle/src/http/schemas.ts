import { z } from "zod";

const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase());
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const signature = z.string().regex(/^0x[0-9a-fA-F]{130}$/);
const hex = z.string().regex(/^0x([0-9a-fA-F]{2})*$/);
const uint32 = z.number().int().min(0).max(0xffff_ffff);
const uint64 = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/)
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n);

/** Most nodes of one heartbeat. */
export const MAX_NODES = 256;
/** Seats of the largest set. */
const MAX_SEATS = 32;

/** Body of `POST /heartbeats`. */
export const heartbeatSchema = z.strictObject({
  nodeIds: z
    .array(uint64)
    .min(1)
    .max(MAX_NODES)
    .refine((ids) => ids.every((id, i) => id > (ids[i - 1] ?? 0n)), "ids must ascend from 1"),
  blockNumber: uint64,
  blockHash: hash,
  signature,
});
export type HeartbeatRequest = z.infer<typeof heartbeatSchema>;

/** A signed observation with its content. */
export const observationSchema = z.strictObject({
  attestor: address,
  epoch: uint32,
  contentHash: hash,
  content: hex,
  signature,
});

const reference = z.strictObject({ attestor: address, contentHash: hash, signature });

/** Body of `POST /proposals`: the leader's set of observations and the report that it gets from them. */
export const proposalSchema = z.strictObject({
  epoch: uint32,
  round: uint32,
  reportHash: hash,
  observations: z.array(reference).min(1).max(MAX_SEATS),
  signature,
});
export type Proposal = z.infer<typeof proposalSchema>;

/** Body of `POST /commits`: the votes of a quorum for one report in one round. */
export const commitSchema = z.strictObject({
  epoch: uint32,
  round: uint32,
  reportHash: hash,
  votes: z
    .array(z.strictObject({ attestor: address, signature }))
    .min(1)
    .max(MAX_SEATS),
});
export type Commit = z.infer<typeof commitSchema>;

/** Answer of `POST /proposals` and `POST /commits`. */
export const signedSchema = z.strictObject({ attestor: address, signature });
export type Signed = z.infer<typeof signedSchema>;

const reportSchema = z.strictObject({
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
  observations: z.array(reference),
});
export type Bound = z.infer<typeof boundSchema>;

/** Answer of `GET /health`. */
export const healthSchema = z.object({
  status: z.enum(["ok", "starting", "behind"]),
  attestor: address,
  epoch: z.number().int(),
  slot: z.number().int(),
  block: z.number().int(),
  nodes: z.number().int(),
  lastReport: z.number().int().nullable(),
});
export type Health = z.infer<typeof healthSchema>;

/** Answer of a request that is refused. */
export const refusalSchema = z.object({ code: z.string(), message: z.string() });
