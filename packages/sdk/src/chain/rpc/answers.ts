import type { RpcAnswer } from "./RpcEndpoint.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Fields that make two answers the same: those that somebody here believes, as the answer of any one of those who agree
 * is given. Nodes of different makers add others, in any order.
 */
const BLOCK = ["hash", "number", "parentHash", "timestamp", "baseFeePerGas"] as const;
const LOG = ["address", "topics", "data", "blockHash", "blockNumber", "transactionHash", "logIndex"] as const;
const RECEIPT = [
  "transactionHash",
  "blockHash",
  "blockNumber",
  "status",
  "from",
  "to",
  "gasUsed",
  "effectiveGasPrice",
] as const;
const TRANSACTION = ["hash", "blockHash", "from", "to", "nonce", "input", "value"] as const;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  eth_getBlockByHash: BLOCK,
  eth_getBlockByNumber: BLOCK,
  eth_getFilterLogs: LOG,
  eth_getLogs: LOG,
  eth_getTransactionByHash: TRANSACTION,
  eth_getTransactionReceipt: RECEIPT,
};

/** Answers with equal keys say the same. */
export function keyOf(method: string, answer: RpcAnswer): string {
  if ("error" in answer) {
    const data = revertDataOf(answer.error.data);
    // Makers word errors differently; the bytes of a revert are the chain's.
    return data === undefined ? `error ${answer.error.code}` : `revert ${data}`;
  }
  const { result } = answer;
  const fields = FIELDS[method];
  if (fields === undefined) return JSON.stringify(lower(result));
  const key: unknown = Array.isArray(result)
    ? result.map((each) => pick(each as Fields, fields))
    : pick(result as Fields | null, fields);
  return JSON.stringify(lower(withLogs(method, result, key)));
}

/** A receipt is also its logs: a node that hides one of them says something else. */
function withLogs(method: string, result: unknown, key: unknown): unknown {
  const logs = method === "eth_getTransactionReceipt" ? (result as { logs?: unknown } | null)?.logs : undefined;
  return Array.isArray(logs) ? [key, logs.map((log) => pick(log as Fields, LOG))] : key;
}

function pick(value: Fields | null, fields: readonly string[]): unknown {
  return value === null ? null : fields.map((field) => value[field] ?? null);
}

function lower(value: unknown): unknown {
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return value.map(lower);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Fields).map(([name, each]) => [name, lower(each)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function revertDataOf(data: unknown): string | undefined {
  if (typeof data === "string") return data.toLowerCase();
  if (typeof data !== "object" || data === null) return undefined;
  return revertDataOf((data as Fields)["data"]);
}
