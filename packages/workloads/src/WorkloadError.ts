/** A job that cannot be built from what was asked for. `hint` says what to ask for instead. */
export class WorkloadError extends Error {
  override readonly name = "WorkloadError";
  readonly code = "BAD_WORKLOAD";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
