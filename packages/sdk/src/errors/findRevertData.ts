import { isHexString } from "ethers";

/** Where nodes, ethers and Hardhat put revert data and the errors that they wrap. */
const FIELDS = ["data", "error", "info", "cause", "revert", "receipt"] as const;
const MAX_DEPTH = 8;

/** Revert data somewhere inside an error; undefined if it is about something else. */
export function findRevertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > MAX_DEPTH) return undefined;
  const fields = error as Record<string, unknown>;
  const data = fields["data"];
  if (isRevertData(data) && isFailedCall(fields)) return data;
  for (const field of FIELDS) {
    const found = findRevertData(fields[field], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Empty, or a selector and whole words after it. Transactions in errors have data too, of any length. */
function isRevertData(data: unknown): data is string {
  return isHexString(data) && (data === "0x" || data.length % 64 === 10);
}

/** An object with `from` or `to` is a transaction, whose data were sent, not returned. */
function isFailedCall(fields: Record<string, unknown>): boolean {
  return !("from" in fields) && !("to" in fields) && !("gasLimit" in fields);
}
