import { MillraceError, problemOf } from "@millrace/sdk";
import { PIECE_LOG2S, type Witness, type WordAddress } from "@millrace/tensor";
import { z } from "zod";

import { readTextOf } from "../lib/readFileOf.js";

const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "is not 32 bytes in hexadecimal digits");
const count = z.number().int().nonnegative();

const proofSchema = z.object({
  target: z.object({ region: count.max(2), position: count, lane: count.max(255) }),
  witness: z.object({
    operator: z.object({
      kernelCodeHash: hash,
      words: count,
      usedWords: count,
      mode: count.max(1),
      pieceLog2: z.literal([...PIECE_LOG2S], `is none of ${PIECE_LOG2S.join(", ")}`),
      laneBits: count.max(256),
      params: z.string().regex(/^0x([0-9a-fA-F]{2})*$/, "is not hexadecimal"),
    }),
    operatorIndex: count,
    sumPath: z.array(z.object({ hash, words: count })),
    kernel: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "is not an address"),
    shown: hash,
    words: z.array(hash),
    siblings: z.array(hash),
  }),
});

/** A proof from a file; what is malformed never reaches the chain. */
export async function readProof(file: string): Promise<{ target: WordAddress; witness: Witness }> {
  const text = await readTextOf(file, "--proof");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", `The proof in ${file} is malformed: it is not JSON.`, {
      hint: "Leave --proof out, and the proof is made here.",
      cause,
    });
  }
  const parsed = proofSchema.safeParse(json, { error: problemOf });
  // The schema is the shape; hexadecimal strings and enumerations have narrower types than it can give.
  if (parsed.success) return parsed.data as { target: WordAddress; witness: Witness };
  const problem = parsed.error.issues[0];
  throw new MillraceError(
    "BAD_INPUT",
    `The proof in ${file} is malformed: ${problem?.path.join(".") ?? ""} ${problem?.message ?? ""}.`,
    {
      hint: "Leave --proof out, and the proof is made here.",
    },
  );
}
