import type { z } from "zod";

import { MillraceError } from "../errors/MillraceError.js";

/** A parser of texts as a step of a schema: what it refuses is said of the setting, beside all else that is wrong. */
export function parsed<T>(parse: (text: string) => T): (text: string, context: z.RefinementCtx) => T {
  return (text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      context.addIssue({ code: "custom", message: error.sentence.replace(/\.$/, "") });
      return undefined as never;
    }
  };
}
