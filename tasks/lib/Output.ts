import type { MillraceError } from "@millrace/sdk";

/** What a machine gets; bigints become decimal strings. */
export type Json = Readonly<Record<string, unknown>>;

/** The only way in which tasks print. With `--json`, standard output holds one JSON object and nothing else. */
export class Output {
  readonly isJson: boolean;

  constructor(isJson: boolean) {
    this.isJson = isJson;
  }

  /** Previews and progress: for people only. */
  say(text: string): void {
    (this.isJson ? process.stderr : process.stdout).write(`${text}\n`);
  }

  /** The outcome, for people or for a machine. */
  result(json: Json, text: string): void {
    process.stdout.write(`${this.isJson ? stringify(json) : text}\n`);
  }

  /** A failure: one sentence, and what to do. */
  failure(error: MillraceError): void {
    const { code, message, hint, revert } = error;
    if (this.isJson) process.stdout.write(`${stringify({ error: { code, message, hint, revert } })}\n`);
    process.stderr.write(`Error: ${error.sentence}\n`);
  }
}

function stringify(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => (typeof field === "bigint" ? field.toString() : field), 2);
}
