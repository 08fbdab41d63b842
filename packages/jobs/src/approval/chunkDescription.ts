import { z } from "zod";

/** What a buyer of chunks wants: the name of the makers that understand it, and all that they need to know. */
export type ChunkDescription = z.infer<typeof descriptionSchema>;

const descriptionSchema = z.looseObject({ maker: z.string().min(1).max(64) });

/** What a description's file says is wanted, or undefined if it names no maker: then only people understand it. */
export function readDescription(bytes: Uint8Array): ChunkDescription | undefined {
  try {
    return descriptionSchema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
