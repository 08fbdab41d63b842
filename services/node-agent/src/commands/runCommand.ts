import { spawn } from "node:child_process";

import { MillraceError } from "@millrace/sdk";

/** A program of the provider's own that does a part of the work. */
export interface Command {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Longest that it may take, seconds. */
  readonly timeoutSeconds: number;
}

interface Call {
  /** What it is, for messages. */
  readonly what: string;
  /** Goes to its standard input, as JSON. */
  readonly job: object;
  /** Most that it may print. */
  readonly maxChars: number;
  readonly signal: AbortSignal;
}

/** Runs a command to its end. @returns what it printed. @throws MillraceError WRONG_STATE unless it ended with 0 */
export async function runCommand(
  { command: [file = "", ...args], timeoutSeconds }: Command,
  { what, job, maxChars, signal }: Call,
): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const timeout = timeoutSeconds * 1_000;
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "ignore"], signal, timeout, killSignal: "SIGKILL" });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.length > maxChars) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new MillraceError("WRONG_STATE", `The ${what} ${file} ended with code ${String(code)}.`));
    });
    // A command that does not read what it is told has ended, which its code tells.
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify(job));
  });
}
