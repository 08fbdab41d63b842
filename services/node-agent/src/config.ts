import { kernelPathsSchema } from "@millrace/jobs";
import { httpUrl, parseCredits, parsed, parseMill, parseRate, serviceSchema } from "@millrace/sdk";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";

const count = z.coerce.number().int().nonnegative();
const hash = z.string().regex(/^0x[0-9a-f]{64}$/i, "is not a hash of 32 bytes");

/** Which orders of leases an agent takes seats of: its provider's stake answers for what they promise. */
const leasePolicySchema = z.object({
  acceptSeats: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe(
      "Whether it takes seats of lease orders; its key must be the operator of the provider, whose stake answers",
    ),
  minRate: z.coerce
    .string()
    .default("0/h")
    .transform(parsed(parseRate))
    .describe("Least rate of a unit, such as `0.5/h`"),
  maxSeconds: count.default(30 * 86_400).describe("Longest lease, seconds"),
  maxBondMill: z.coerce
    .string()
    .default("0")
    .transform(parsed(parseMill))
    .describe("Most that the bond of one seat may bind, MILL"),
  maxUptimePpm: count.max(1_000_000).default(0).describe("Most uptime that it promises, PPM"),
  clusters: z.stringbool().or(z.boolean()).default(true).describe("Whether it waits in clusters that may not fill"),
});

/** Which programs for a machine an agent runs. */
const runPolicySchema = z.object({
  accept: z.stringbool().or(z.boolean()).default(true).describe("Whether it runs programs for a machine"),
  maxMemoryMiB: count
    .default(256)
    .describe("Largest memory of a machine, MiB; a run takes twice that, and as much again for its snapshots"),
  stepsPerSecond: z.coerce
    .number()
    .positive()
    .default(20_000_000)
    .describe(
      "What this machine does at least. A program is taken only if all steps that it may do fit into the time for the work, and, with all others that may still be asked about, `maxConcurrentTasks` at a time, into half of the time for an answer: only the last runs are kept, the others run again before it can answer",
    ),
});

/** A command of the provider's: the program, and its arguments. */
const command = z.array(z.string()).min(1);

/** A program that this agent can prove, and the command that does it. */
const proverSchema = z.object({
  verifier: z
    .string()
    .refine((text) => isAddress(text), "is not an address")
    .transform((text) => getAddress(text))
    .describe("The verifier that the provider knows"),
  program: hash.describe("The program, as the verifier names it"),
  command: command.describe('Takes a job as JSON on its standard input and prints `{ "outputRoot", "proof" }`'),
  timeoutSeconds: count.default(600).describe("Longest that it may take, seconds"),
});

/** A command that makes chunks which only their buyer can judge. */
const makerSchema = z.object({
  name: z.string().min(1).max(64).describe("The maker, as descriptions of orders name it"),
  command: command.describe(
    "Takes a job as JSON on its standard input and writes `preview` and `whole` into the folder that it names",
  ),
  timeoutSeconds: count
    .default(600)
    .describe("Longest that one chunk may take, seconds: orders that give less are left alone"),
});

/** Which tasks an agent takes. */
export const policySchema = z.object({
  acceptTasks: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("Whether it takes tasks; `false` only finishes what was begun"),
  maxConcurrentTasks: count.default(1).describe("Tasks between acceptance and submission at the same time"),
  minPriceCredits: z.coerce.string().default("0").transform(parsed(parseCredits)).describe("Least price, credits"),
  maxBondMill: z.coerce
    .string()
    .transform(parsed(parseMill))
    .optional()
    .describe("Most that one bond may bind, MILL; no limit if left out"),
  classes: z.array(count).optional().describe("Nodes of these classes only; all if left out"),
  programs: z.array(hash).optional().describe("Programs with these hashes only; all if left out"),
  minResponseSeconds: count
    .optional()
    .describe(
      "Least time for an answer, or a key, that an order must give. If left out, what the deployment holds for long enough to force one into the chain: small jobs give less, and a slow block or a moment offline then costs the whole bond",
    ),
  maxWindowSeconds: count
    .default(3 * 86_400)
    .describe(
      "Longest time for contesting or judging a result: units and bond are held until it is over, whatever the order pays",
    ),
  spareSeconds: count
    .default(60)
    .describe(
      "Time for the work that an order must give beyond what the work takes, until a transaction is mined for certain: who misses the deadline pays its buyer",
    ),
  maxWords: count
    .default(2 ** 24)
    .describe("Largest program, in words of 32 bytes over all regions: what fits into memory about three times"),
  wordsPerSecond: z.coerce
    .number()
    .positive()
    .default(100_000)
    .describe(
      "What this machine computes and hashes at least, of the dearest words: a program is taken only if all of its words fit into the time for the work",
    ),
  leases: leasePolicySchema.prefault({}),
  runs: runPolicySchema.prefault({}),
  provers: z
    .array(proverSchema)
    .default([])
    .describe("Programs that it proves: `{ verifier, program, command, timeoutSeconds }` each"),
  makers: z
    .array(makerSchema)
    .default([])
    .describe("Makers of chunks that buyers judge: `{ name, command, timeoutSeconds }` each"),
  keyAfterBlocks: count
    .default(2)
    .describe("Blocks after which an approval counts: a key that was shown cannot be taken back"),
});

/** Settings of a node agent. */
export const agentSchema = serviceSchema.extend({
  nodes: z.array(z.coerce.number().int().positive()).min(1).describe("The nodes that this agent's key speaks for"),
  attestors: z.array(httpUrl).default([]).describe("HTTP addresses of the attestors"),
  publicUrl: httpUrl.optional().describe("Where others reach this agent; what the nodes' details should say"),
  collect: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("Whether to settle leases and collect earnings and rewards for the provider"),
  answerChallenges: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("Whether to answer capacity challenges. Without, the nodes earn no points and are jailed in the end"),
  challengeThreads: z.coerce
    .number()
    .int()
    .positive()
    .default(1)
    .describe("Threads that compute a challenge: as many as the node has cores to show"),
  kernels: kernelPathsSchema.describe(
    "Modules with kernels of others, code that runs in this process; this repository's are always known",
  ),
  policy: policySchema.prefault({}),
});

export type AgentConfig = z.infer<typeof agentSchema>;
/** A policy of which nothing is left to the deployment. */
export type Policy = z.infer<typeof policySchema> & { readonly minResponseSeconds: number };
export type LeasePolicy = z.infer<typeof leasePolicySchema>;
export type Maker = z.infer<typeof makerSchema>;
export type Prover = z.infer<typeof proverSchema>;
