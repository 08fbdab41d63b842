import { MillraceError } from "@millrace/sdk";
import { z } from "zod";

import { runCommand } from "../commands/runCommand.js";
import type { Prover } from "../config.js";

/** What a prover is told. */
export interface ProofJob {
  readonly verifier: string;
  readonly program: string;
  readonly inputRoot: string;
  /** The bytes that the buyer hosts for it, in hexadecimal. */
  readonly input: string;
}

const answer = z.object({
  outputRoot: z.string().regex(/^0x[0-9a-f]{64}$/i),
  proof: z.string().regex(/^0x([0-9a-f]{2})*$/i),
});
export type Proof = z.infer<typeof answer>;

/** More than any proof that fits into a transaction. */
const MAX_OUTPUT_CHARS = 1 << 22;

/** Runs a prover to its end: the job goes to its standard input, its answer comes from its standard output. */
export async function runProver(prover: Prover, job: ProofJob, signal: AbortSignal): Promise<Proof> {
  const text = await runCommand(prover, { what: "prover", job, maxChars: MAX_OUTPUT_CHARS, signal });
  const parsed = answer.safeParse(asJson(text));
  if (parsed.success) return parsed.data;
  throw new MillraceError("DATA_MISMATCH", `The prover ${prover.command[0] ?? ""} did not print a proof.`, {
    hint: 'It must print one object of JSON: { "outputRoot": "0x…", "proof": "0x…" }.',
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
