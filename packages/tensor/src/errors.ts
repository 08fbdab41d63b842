export type TensorErrorCode =
  | "NOT_BUILT"
  | "BAD_SHAPE"
  | "BAD_PROGRAM"
  | "BAD_FORMAT"
  | "WRONG_HASH"
  | "TOO_LARGE"
  | "FORWARD_READ"
  | "BAD_INPUT"
  | "BAD_BUNDLE"
  | "BAD_ADDRESS"
  | "UNKNOWN_KERNEL"
  | "NOT_PROVABLE";

/** Every expected failure of this package. `hint` says what to do about it. */
export class TensorError extends Error {
  override readonly name: string = "TensorError";
  readonly code: TensorErrorCode;
  readonly hint: string;

  constructor(code: TensorErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Where in a program something is wrong. */
export interface ProgramPlace {
  /** Index of the operator, counted through body and output; absent if it is the program as a whole. */
  readonly operator?: number;
  /** Name of its kernel, if it can be told. */
  readonly kernel?: string | undefined;
  /** Name of the field in the program file. */
  readonly field?: string;
}

/** A program that breaks the format, or that nobody should run: names the operator and the field. */
export class ProgramError extends TensorError {
  override readonly name = "ProgramError";
  readonly place: ProgramPlace;

  constructor(code: TensorErrorCode, place: ProgramPlace, message: string, hint: string) {
    super(code, `${describePlace(place)}${message}`, hint);
    this.place = place;
  }
}

function describePlace({ operator, kernel, field }: ProgramPlace): string {
  const parts = [
    ...(operator === undefined ? [] : [`operator ${operator}${kernel === undefined ? "" : ` (${kernel})`}`]),
    ...(field === undefined ? [] : [field]),
  ];
  return parts.length === 0 ? "" : `${parts.join(", ")}: `;
}
