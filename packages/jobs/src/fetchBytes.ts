import { MillraceError } from "@millrace/sdk";

export interface FetchOptions {
  /** Most bytes that are taken. */
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Gets a file by HTTP. Nothing in it is trusted: callers check it against a root or hash that stands on chain.
 * @throws {MillraceError} `DATA_UNAVAILABLE` when there is no such file, or too much of it, or it takes too long
 */
export async function fetchBytes(url: string, options: FetchOptions = {}): Promise<Uint8Array> {
  const { maxBytes = DEFAULT_MAX_BYTES, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const signals = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok || response.body === null) throw unavailable(url, `it answers ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw unavailable(url, `it is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size);
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    throw unavailable(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unavailable(url: string, why: string, cause?: unknown): MillraceError {
  return new MillraceError("DATA_UNAVAILABLE", `${url} cannot be fetched: ${why}.`, {
    hint: "Ask its host to serve it, or try again later.",
    cause,
  });
}
