/** Why a program cannot be loaded or run, or a machine not be made. */
export type Rv32ErrorCode = "BAD_ELF" | "BAD_MEMORY" | "BAD_INPUT" | "BAD_PROGRAM" | "NOT_BUILT" | "STOPPED";

/** A failure that a person can act on: what is wrong, and what to do about it. */
export class Rv32Error extends Error {
  override readonly name = "Rv32Error";
  readonly code: Rv32ErrorCode;
  readonly hint: string;

  constructor(code: Rv32ErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
