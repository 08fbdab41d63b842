import { MillraceError } from "@millrace/sdk";

/** What went wrong, in a sentence for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof MillraceError ? error.sentence : String(error);
}
