import { fetchBytes } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";
import { z } from "zod";

import { readJson } from "../lib/readJson.js";

const MAX_BYTES = 1 << 20;

const whole = z.union([z.number().int().nonnegative(), z.string().regex(/^(\d+|0x[0-9a-fA-F]+)$/)]).transform(BigInt);

const answer = z.object({
  leaf: z.object({
    epoch: whole,
    index: whole,
    nodeId: whole,
    provider: z.string(),
    bitmap: whole,
    points: whole,
    pointsBefore: whole,
    rawCumulativeReward: whole,
  }),
  proof: z.array(z.string()),
});

export type ProvenLeaf = z.infer<typeof answer>;

/** A node's leaf in the report of an epoch, with its proof. The contracts check both: the attestor is not trusted. */
export async function fetchLeaf(attestor: string, epoch: bigint | number, nodeId: bigint): Promise<ProvenLeaf> {
  const url = `${attestor.replace(/\/+$/, "")}/epochs/${epoch}/leaf/${nodeId}`;
  const bytes = await fetchBytes(url, { maxBytes: MAX_BYTES, timeoutMs: 10_000 });
  const parsed = answer.safeParse(readJson(Buffer.from(bytes).toString("utf8")));
  if (parsed.success) return parsed.data;
  throw new MillraceError("DATA_MISMATCH", `${url} does not answer like an attestor.`, { hint: "Correct --attestor." });
}
