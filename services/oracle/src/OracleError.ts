/** Why something was refused, as a caller reads it. */
export type OracleErrorCode =
  | "BAD_REQUEST"
  | "BAD_SIGNATURE"
  | "BATCH_LATE"
  | "BEHIND"
  | "BOUND"
  | "DIFFERENT_REPORT"
  | "EPOCH_NOT_OVER"
  | "EPOCH_NOT_CLOSED"
  | "HEARTBEAT_LATE"
  | "MISSING_OBSERVATION"
  | "NOT_FOUND"
  | "NOT_LEADER"
  | "NOT_MEMBER"
  | "NO_QUORUM"
  | "STALE_ROUND"
  | "TOO_MANY_REQUESTS"
  | "UNAVAILABLE"
  | "UNKNOWN_BLOCK"
  | "WRONG_AGENT"
  | "WRONG_SLOT";

const STATUS: Readonly<Record<OracleErrorCode, number>> = {
  BAD_REQUEST: 400,
  BAD_SIGNATURE: 401,
  BATCH_LATE: 422,
  BEHIND: 503,
  BOUND: 409,
  DIFFERENT_REPORT: 409,
  EPOCH_NOT_OVER: 422,
  EPOCH_NOT_CLOSED: 422,
  HEARTBEAT_LATE: 422,
  MISSING_OBSERVATION: 409,
  NOT_FOUND: 404,
  NOT_LEADER: 401,
  NOT_MEMBER: 401,
  NO_QUORUM: 422,
  STALE_ROUND: 409,
  TOO_MANY_REQUESTS: 429,
  UNAVAILABLE: 503,
  UNKNOWN_BLOCK: 422,
  WRONG_AGENT: 401,
  WRONG_SLOT: 422,
};

/** A refusal with a reason, which an HTTP answer carries on. */
export class OracleError extends Error {
  override readonly name = "OracleError";

  constructor(
    readonly code: OracleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Status of the HTTP answer. */
  get status(): number {
    return STATUS[this.code];
  }
}
