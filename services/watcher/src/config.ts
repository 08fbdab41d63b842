import { kernelPathsSchema } from "@millrace/jobs";
import { serviceSchema } from "@millrace/sdk";
import { z } from "zod";

/** Config of a watcher. */
export const watcherSchema = serviceSchema.extend({
  /** Claims that are re-executed at the same time. */
  maxParallel: z.coerce.number().int().min(1).max(64).default(1),
  /** Most native coin that may lie in branch bonds at the same time, in ether. */
  bondBudgetEther: z.coerce
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .default("1"),
  /** Whether it also serves the checkers' seats of its key, or of a provider whose operator it is. */
  check: z.stringbool().or(z.boolean()).default(false),
  /** Modules with kernels of others, code that runs in this process; this repository's are always known. */
  kernels: kernelPathsSchema,
  /** Whether it also reports nodes that were silent in capacity rounds, and has their silence counted. */
  reportSilence: z.stringbool().or(z.boolean()).default(false),
  /** Block from which claims are watched; by default that of the deployment. */
  fromBlock: z.coerce.number().int().nonnegative().optional(),
});

export type WatcherConfig = z.infer<typeof watcherSchema>;
