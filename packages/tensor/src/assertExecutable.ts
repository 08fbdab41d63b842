import { ProgramError } from "./errors.ts";
import type { Program } from "./program/Program.ts";
import { WORD_BYTES } from "./words.ts";

/** Bytes of a WebAssembly memory that the module itself and its scratch need. */
const MODULE_BYTES = 2 ** 20;

/** Most words of a trace, which lies in one WebAssembly memory of 4 GiB. */
export const MAX_TRACE_WORDS = (2 ** 32 - MODULE_BYTES) / WORD_BYTES;

/**
 * Throws if no machine can execute the program with this package, whatever its memory: before anything is computed.
 * @throws {ProgramError} `TOO_LARGE`
 */
export function assertExecutable(program: Program): void {
  if (program.totalWords <= MAX_TRACE_WORDS) return;
  throw new ProgramError(
    "TOO_LARGE",
    {},
    `its trace has ${program.totalWords} words, and at most ${MAX_TRACE_WORDS} fit into the 4 GiB of an executor`,
    "split the job into smaller ones: the output of one is the input of the next",
  );
}
