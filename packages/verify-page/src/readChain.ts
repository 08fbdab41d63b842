import { encode, hex, keccak, type VerifiedFile } from "@millrace/uptime-tree/verify";

/** What the contract has of an epoch. */
export interface OnChain {
  readonly status: "none" | "posted" | "final" | "void";
  readonly root: string;
  /** Zero when the report is so old that only its root is kept, and the endpoint gives no events of so long ago. */
  readonly reportHash: string;
}

/** Thrown when an endpoint gives no answer that can be used. */
export class EndpointError extends Error {
  readonly code = "ENDPOINT";
}

/** Order of the contract's `ReportStatus`. */
const STATUSES = ["none", "posted", "final", "void"] as const;
const TIMEOUT_MS = 20_000;
const POSTED =
  "ReportPosted(uint32,bytes32,address,uint32,uint48,(uint32,bytes32,bytes32,uint32,uint96,bytes32,bytes32,bytes32,bytes32,uint32))";
const WORD_DIGITS = 64;

/** Asks an endpoint for the report of a file's epoch, at the contract that the file names. @throws {EndpointError} */
export async function readChain(url: string, file: VerifiedFile): Promise<OnChain> {
  const chainId = BigInt(await ask(url, "eth_chainId", []));
  if (chainId !== file.chainId) {
    throw new EndpointError(`the endpoint is of chain ${chainId}, the file of chain ${file.chainId}`);
  }
  const call = async (signature: string): Promise<string> => {
    const data = hex(keccak(signature).subarray(0, 4)) + hex(encode([file.epoch])).slice(2);
    const answer = await ask(url, "eth_call", [{ to: file.oracle, data }, "latest"]);
    if (answer.length < 2 + WORD_DIGITS) {
      throw new EndpointError(`there is no UptimeOracle at ${file.oracle} on chain ${chainId}`);
    }
    return answer.slice(0, 2 + WORD_DIGITS);
  };
  const [status, reportHash, root] = await Promise.all([
    call("statusOf(uint32)"),
    call("reportHashAt(uint32)"),
    // The root is the first field of the record.
    call("reportOf(uint32)"),
  ]);
  const stands = STATUSES[Number(status)] ?? "none";
  const isForgotten = BigInt(reportHash) === 0n && stands !== "none" && stands !== "void";
  const found = isForgotten ? await postedHash(url, file) : undefined;
  return { status: stands, reportHash: found ?? reportHash, root };
}

/** Hash of the newest report of a file's epoch by the events of the contract; undefined where they are not to be had. */
async function postedHash(url: string, { oracle, epoch }: VerifiedFile): Promise<string | undefined> {
  const topics = [hex(keccak(POSTED)), hex(encode([epoch]))];
  const filter = { address: oracle, topics, fromBlock: "0x0", toBlock: "latest" };
  // Many endpoints refuse to look through so many blocks.
  const logs = await answered(url, "eth_getLogs", [filter]).catch(() => undefined);
  const last = Array.isArray(logs) ? (logs.at(-1) as { topics?: readonly unknown[] } | undefined) : undefined;
  const hash = last?.topics?.[2];
  return typeof hash === "string" ? hash : undefined;
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<string> {
  const result = await answered(url, method, params);
  if (typeof result === "string" && /^0x[0-9a-f]*$/i.test(result)) return result;
  throw new EndpointError(`the endpoint refuses ${method}: it gives no result`);
}

/** What an endpoint answers. @throws {EndpointError} */
async function answered(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  let body: unknown;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    body = await response.json();
  } catch (cause) {
    throw new EndpointError("the endpoint cannot be reached from this page, or does not answer in JSON", { cause });
  }
  const { result, error } = body as { result?: unknown; error?: { message?: unknown } };
  if (result !== undefined && error === undefined) return result;
  throw new EndpointError(
    `the endpoint refuses ${method}: ${typeof error?.message === "string" ? error.message : "it gives no result"}`,
  );
}
