import { z } from "zod";

/** Why an endpoint gave no answer that counts. */
export type FaultCode = "BAD_ANSWER" | "NO_ANSWER" | "RESTING" | "THROTTLED" | "WRONG_CHAIN";

/** Thrown when an endpoint is no use at the moment. */
export class RpcFault extends Error {
  override readonly name = "RpcFault";

  constructor(
    readonly url: string,
    readonly code: FaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${url}: ${message}`, options);
  }
}

/** What a node says to a request: a result, or an error of its own such as a revert. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

const answerSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.object({ result: z.unknown() }),
]);

/** Longest rest after faults in a row. */
const MAX_REST_MS = 30_000;
const FIRST_REST_MS = 250;

interface EndpointOptions {
  readonly chainId: bigint;
  readonly timeoutMs?: number;
  readonly nowMs?: () => number;
  /** Told of every fault, for logs and metrics. */
  readonly onFault?: (fault: RpcFault) => void;
}

/**
 * One JSON-RPC node. It must show its chain id before its first answer counts and after every fault: a name can come to
 * lead to another machine. A node that throttles or fails is left alone for a while, longer each time.
 */
export class RpcEndpoint {
  readonly #chainId: bigint;
  readonly #timeoutMs: number;
  readonly #nowMs: () => number;
  readonly #onFault: ((fault: RpcFault) => void) | undefined;
  #isVerified = false;
  #faultsInRow = 0;
  #restsUntilMs = 0;
  #nextId = 1;

  constructor(
    readonly url: string,
    { chainId, timeoutMs = 5_000, nowMs = () => performance.now(), onFault }: EndpointOptions,
  ) {
    this.#chainId = chainId;
    this.#timeoutMs = timeoutMs;
    this.#nowMs = nowMs;
    this.#onFault = onFault;
  }

  /** Asks once. @throws {RpcFault} */
  async ask(method: string, params: unknown): Promise<RpcAnswer> {
    if (this.#nowMs() < this.#restsUntilMs) throw new RpcFault(this.url, "RESTING", "rests after a fault");
    try {
      if (!this.#isVerified) await this.#verify();
      const answer = await this.#post(method, params);
      this.#faultsInRow = 0;
      return answer;
    } catch (error) {
      const fault =
        error instanceof RpcFault ? error : new RpcFault(this.url, "NO_ANSWER", "no answer", { cause: error });
      this.#rest(fault);
      throw fault;
    }
  }

  async #verify(): Promise<void> {
    const answer = await this.#post("eth_chainId", []);
    const id = "result" in answer ? answer.result : undefined;
    if (typeof id !== "string" || !/^0x[0-9a-f]+$/i.test(id)) {
      throw new RpcFault(this.url, "BAD_ANSWER", "shows no chain id");
    }
    if (BigInt(id) !== this.#chainId) {
      throw new RpcFault(this.url, "WRONG_CHAIN", `is chain ${BigInt(id)}, not chain ${this.#chainId}`);
    }
    this.#isVerified = true;
  }

  async #post(method: string, params: unknown): Promise<RpcAnswer> {
    const id = this.#nextId++;
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (response.status === 429) throw new RpcFault(this.url, "THROTTLED", "asks us to slow down");
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (cause) {
      throw new RpcFault(this.url, "BAD_ANSWER", `answered ${method} with something cut short or no JSON`, { cause });
    }
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success || (body as { id?: unknown }).id !== id) {
      throw new RpcFault(this.url, "BAD_ANSWER", `answered ${method} with something else`);
    }
    return parsed.data;
  }

  #rest(fault: RpcFault): void {
    this.#isVerified = false;
    this.#restsUntilMs = this.#nowMs() + Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** this.#faultsInRow);
    this.#faultsInRow++;
    this.#onFault?.(fault);
  }
}
