import type { MillraceError } from "@millrace/sdk";

import { jsonText } from "./jsonText.js";

/** What a machine gets; `jsonText` says what becomes of bigints. */
export type Json = Readonly<Record<string, unknown>>;

/** Whoever waits wants to see that something moves, and not each step of it. */
const PROGRESS_EVERY_MS = 2_000;

/** The only way in which tasks print. With `--json`, standard output holds one JSON object and nothing else. */
export class Output {
  readonly isJson: boolean;
  #toldMs = performance.now();
  #done: { readonly json: Json; readonly text: string } | undefined;

  constructor(isJson: boolean) {
    this.isJson = isJson;
  }

  /** Previews and progress: for people only. */
  say(text: string): void {
    (this.isJson ? process.stderr : process.stdout).write(`${text}\n`);
  }

  /** How far long work has come: now and then, and never where results go. */
  progress(text: string): void {
    const now = performance.now();
    if (now - this.#toldMs < PROGRESS_EVERY_MS) return;
    this.#toldMs = now;
    process.stderr.write(`${text}\n`);
  }

  /** The outcome, for people or for a machine. */
  result(json: Json, text: string): void {
    process.stdout.write(`${this.isJson ? jsonText(json) : text}\n`);
  }

  /** What is done and stays done while more is to come: should that fail, this is told beside the failure. */
  soFar(json: Json, text: string): void {
    this.#done = { json, text };
  }

  /** A failure: one sentence, and what to do. */
  failure(error: MillraceError): void {
    const { code, message, hint, revert } = error;
    if (this.isJson) {
      process.stdout.write(`${jsonText({ ...this.#done?.json, error: { code, message, hint, revert } })}\n`);
    } else if (this.#done !== undefined) process.stdout.write(`${this.#done.text}\n`);
    process.stderr.write(`Error: ${error.sentence}\n`);
  }
}
