import { kernelPathsSchema } from "@millrace/jobs";
import { serviceSchema } from "@millrace/sdk";
import { z } from "zod";

const ether = z.coerce.string().regex(/^\d+(\.\d+)?$/, "must be an amount of ether, such as 0.5");

/** Config of a watcher. */
export const watcherSchema = serviceSchema.extend({
  maxParallel: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe("Claims that are re-executed at the same time"),
  bondBudgetEther: ether
    .default("1")
    .describe("Most native coin that may lie in branch bonds at the same time, in ether"),
  demandBudgetEther: ether
    .default("0")
    .describe("Most native coin that it spends, over all, on demanding data that are withheld, in ether"),
  check: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe("Whether it also serves the checkers' seats of its key, or of a provider whose operator it is"),
  kernels: kernelPathsSchema.describe(
    "Modules with kernels of others, code that runs in this process; this repository's are always known",
  ),
  reportSilence: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe("Whether it also reports nodes that were silent in capacity rounds, and has their silence counted"),
  fromBlock: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe("Block from which claims are watched; by default that of the deployment"),
});

export type WatcherConfig = z.infer<typeof watcherSchema>;
