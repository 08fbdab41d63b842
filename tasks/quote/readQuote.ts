import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { MillraceError } from "@millrace/sdk";

import { readTextOf } from "../lib/readFileOf.js";

const address = z
  .string()
  .refine((text) => /^0x/.test(text) && isAddress(text))
  .transform(getAddress);
const number = z.number().int().nonnegative();
const digits = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);

const signedQuote = z.object({
  chainId: number,
  contract: address,
  signer: address,
  quote: z.object({
    provider: address,
    buyer: address,
    nodeId: digits,
    units: number,
    minUnits: number,
    ratePerUnit: digits,
    minSeconds: number,
    maxSeconds: number,
    bondPerUnit: digits,
    uptimePpm: number,
    penaltyPpm: number,
    darkSlots: number,
    nonce: digits,
    expiresAt: number,
  }),
  signature: z.string().regex(/^0x([0-9a-f]{2})*$/i),
});

/** A signed offer, as `quote sign` writes it. */
export type SignedQuote = z.infer<typeof signedQuote>;

/** Reads one from a file. */
export async function readQuote(file: string): Promise<SignedQuote> {
  const text = await readTextOf(file, "--quote");
  try {
    return signedQuote.parse(JSON.parse(text));
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", `${file} is not a quote.`, {
      hint: "Give the file that quote sign wrote.",
      cause,
    });
  }
}
