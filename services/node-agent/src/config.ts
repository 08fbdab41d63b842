import { kernelPathsSchema } from "@millrace/jobs";
import { parseCredits, parseMill, parseRate, serviceSchema } from "@millrace/sdk";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const count = z.coerce.number().int().nonnegative();
const hash = z.string().regex(/^0x[0-9a-f]{64}$/i, "is not a hash of 32 bytes");

/** Which orders of leases an agent takes seats of: its provider's stake answers for what they promise. */
const leasePolicySchema = z.object({
  /** Off, unless the provider wants it; the agent's key must be the provider's operator. */
  acceptSeats: z.stringbool().or(z.boolean()).default(false),
  /** Least rate of a unit, such as `0.5/h`. */
  minRate: z.coerce.string().default("0/h").transform(parseRate),
  /** Longest lease, seconds. */
  maxSeconds: count.default(30 * 86_400),
  /** Most that the bond of one seat may bind, MILL. */
  maxBondMill: z.coerce.string().default("0").transform(parseMill),
  /** Most uptime that it promises, PPM. */
  maxUptimePpm: count.max(1_000_000).default(0),
  /** Whether it waits in clusters that may not fill. */
  clusters: z.stringbool().or(z.boolean()).default(true),
});

/** Which programs for a machine an agent runs. */
const runPolicySchema = z.object({
  accept: z.stringbool().or(z.boolean()).default(true),
  /** Largest memory of a machine, MiB; a run takes twice that, and as much again for its snapshots. */
  maxMemoryMiB: count.default(256),
  /**
   * What this machine does at least. A program is taken only if all steps that it may do fit into the time for the work,
   * and into half of the time for an answer: after a restart it runs again before it can answer.
   */
  stepsPerSecond: z.coerce.number().positive().default(20_000_000),
});

/** A program that this agent can prove, and the command that does it. */
const proverSchema = z.object({
  /** The verifier that the provider knows. */
  verifier: z
    .string()
    .refine((text) => isAddress(text), "is not an address")
    .transform((text) => getAddress(text)),
  /** The program, as the verifier names it. */
  program: hash,
  /** Takes a job as JSON on its standard input and prints `{ "outputRoot", "proof" }`. */
  command: z.array(z.string()).min(1),
  /** Longest that it may take, seconds. */
  timeoutSeconds: count.default(600),
});

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
  leases: leasePolicySchema.prefault({}),
  runs: runPolicySchema.prefault({}),
  provers: z.array(proverSchema).default([]),
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
  /** Modules with kernels of others, code that runs in this process; this repository's are always known. */
  kernels: kernelPathsSchema,
  policy: policySchema.prefault({}),
});

export type AgentConfig = z.infer<typeof agentSchema>;
export type Policy = z.infer<typeof policySchema>;
export type LeasePolicy = z.infer<typeof leasePolicySchema>;
export type RunPolicy = z.infer<typeof runPolicySchema>;
export type Prover = z.infer<typeof proverSchema>;
