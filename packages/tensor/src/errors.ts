export type TensorErrorCode =
  | "NOT_BUILT"
  | "BAD_SHAPE"
  | "BAD_PROGRAM"
  | "BAD_INPUT"
  | "BAD_BUNDLE"
  | "BAD_ADDRESS"
  | "UNKNOWN_KERNEL"
  | "NOT_PROVABLE";

/** Every expected failure of this package. `hint` says what to do about it. */
export class TensorError extends Error {
  override readonly name = "TensorError";
  readonly code: TensorErrorCode;
  readonly hint: string;

  constructor(code: TensorErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
