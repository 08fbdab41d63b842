import { z } from "zod";

import { readJson } from "@millrace/sdk";
import type { Leaf } from "@millrace/uptime-tree/format";

const integer = z.union([z.string(), z.number()]).transform(BigInt);

const answerSchema = z.object({
  leaf: z.object({
    epoch: z.number().int(),
    index: z.number().int(),
    nodeId: integer,
    provider: z.string(),
    bitmap: integer,
    points: integer,
    pointsBefore: integer,
    rawCumulativeReward: integer,
  }),
  proof: z.array(z.string()),
});

/** A node's leaf and its proof, from the first member that has it; undefined when none has. The contract checks them. */
export async function fetchLeaf(
  urls: readonly string[],
  epoch: number,
  nodeId: bigint,
  timeoutMs = 5_000,
): Promise<{ leaf: Leaf; proof: string[] } | undefined> {
  for (const url of urls) {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(new URL(`/epochs/${epoch}/leaf/${String(nodeId)}`, url), { signal });
      const parsed = answerSchema.safeParse(response.ok ? await readJson(response) : undefined);
      if (parsed.success) return parsed.data;
    } catch {
      // The next one may answer.
    }
  }
  return undefined;
}
