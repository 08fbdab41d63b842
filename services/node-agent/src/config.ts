import { parseCredits, parseMill, serviceSchema } from "@millrace/sdk";
import { z } from "zod";

const count = z.coerce.number().int().nonnegative();
const hash = z.string().regex(/^0x[0-9a-f]{64}$/i, "is not a hash of 32 bytes");

/** Which tasks an agent takes. */
export const policySchema = z.object({
  /** False only finishes what was begun. */
  acceptTasks: z.stringbool().or(z.boolean()).default(true),
  /** Tasks between acceptance and submission at the same time. */
  maxConcurrentTasks: count.default(1),
  /** Least price, credits. */
  minPriceCredits: z.coerce.string().default("0").transform(parseCredits),
  /** Most that one bond may bind, MILL; no limit if left out. */
  maxBondMill: z.coerce.string().transform(parseMill).optional(),
  /** Nodes of these classes only; all if left out. */
  classes: z.array(count).optional(),
  /** Programs with these hashes only; all if left out. */
  programs: z.array(hash).optional(),
  /** A claim that asks for faster answers than this is a trap for whoever loses its connection for a moment. */
  minResponseSeconds: count.default(5),
  /** Largest program, in words of 32 bytes over all regions: what fits into memory about three times. */
  maxWords: count.default(2 ** 24),
});

/** Settings of a node agent. */
export const agentSchema = serviceSchema.extend({
  /** The nodes that this agent's key speaks for. */
  nodes: z.array(z.coerce.number().int().positive()).min(1),
  /** HTTP addresses of the attestors. */
  attestors: z.array(z.url()).default([]),
  /** Where others reach this agent; what the nodes' details should say. */
  publicUrl: z.url().optional(),
  /** Whether to settle leases and collect earnings and rewards for the provider. */
  collect: z.stringbool().or(z.boolean()).default(true),
  /** Whether to answer capacity challenges. Without, the nodes earn no points and are jailed in the end. */
  answerChallenges: z.stringbool().or(z.boolean()).default(true),
  /** Threads that compute a challenge: as many as the node has cores to show. */
  challengeThreads: z.coerce.number().int().positive().default(1),
  policy: policySchema.prefault({}),
});

export type AgentConfig = z.infer<typeof agentSchema>;
export type Policy = z.infer<typeof policySchema>;
