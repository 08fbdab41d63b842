import { spawn } from "node:child_process";

import { MillraceError } from "@millrace/sdk";
import { z } from "zod";

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
export async function runProver(
  { command: [file = "", ...args], timeoutSeconds }: Prover,
  job: ProofJob,
  signal: AbortSignal,
): Promise<Proof> {
  const text = await new Promise<string>((resolve, reject) => {
    const timeout = timeoutSeconds * 1_000;
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "ignore"], signal, timeout, killSignal: "SIGKILL" });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.length > MAX_OUTPUT_CHARS) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new MillraceError("WRONG_STATE", `The prover ${file} ended with code ${String(code)}.`));
    });
    // A prover that does not read what it is told has ended, which its code tells.
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify(job));
  });
  const parsed = answer.safeParse(asJson(text));
  if (parsed.success) return parsed.data;
  throw new MillraceError("DATA_MISMATCH", `The prover ${file} did not print a proof.`, {
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
