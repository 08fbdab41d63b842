/** What went wrong, as a machine reads it. */
export type ErrorCode =
  | "BAD_CONFIG"
  | "BAD_INPUT"
  | "DATA_MISMATCH"
  | "DATA_UNAVAILABLE"
  | "INSUFFICIENT_FUNDS"
  | "INTERRUPTED"
  | "NO_CONTRACT"
  | "NO_DEPLOYMENT"
  | "NONCE_CONFLICT"
  | "OVER_BUDGET"
  | "PORT_IN_USE"
  | "REVERTED"
  | "RPC_DISAGREES"
  | "RPC_DOWN"
  | "RPC_REFUSED"
  | "TIMEOUT"
  | "UNEXPECTED"
  | "WRONG_CHAIN"
  | "WRONG_KEY"
  | "WRONG_STATE";

/** A contract's custom error, decoded. */
export interface Revert {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Details {
  readonly hint?: string | undefined;
  readonly revert?: Revert | undefined;
  readonly cause?: unknown;
}

/** A failure that a person can act on: one sentence, and what to do about it. */
export class MillraceError extends Error {
  override readonly name = "MillraceError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly revert: Revert | undefined;

  constructor(code: ErrorCode, message: string, { hint, revert, cause }: Details = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.revert = revert;
  }

  /** The sentence, followed by what to do. */
  get sentence(): string {
    return this.hint === undefined ? this.message : `${this.message} ${this.hint}`;
  }
}
