import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

type Next<T extends string> = (
  context: HookContext,
  connection: NetworkConnection<T>,
  request: JsonRpcRequest,
) => Promise<JsonRpcResponse>;

/** Sends a request on to the chain. */
type Ask = (method: string, params: unknown[]) => Promise<JsonRpcResponse>;

/** What is known of a block. */
interface Latest {
  readonly number: number;
  readonly timestamp: number;
  /** At least that of the next block: no block of these chains is more than half full. */
  readonly baseFeePerGas: bigint;
}

/** The network whose chains live in the test's own process, and which nothing else uses. */
const NETWORK = "default";

/** Requests that mine a block, or that ask what the next one would do. */
const MINING = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine", "hardhat_mine"]);
const LOOKING = new Set(["eth_estimateGas", "eth_call"]);
/** Requests by which a test handles its chain. */
const CONTROL = /^(evm|hardhat)_/;

/** What a transaction offers beyond the base fee, in wei. */
const TIP = 10n ** 9n;

/**
 * A simulated chain follows the machine's clock: on a slow machine, minutes pass between two lines of a test, epochs
 * end by themselves, and a time taken from the chain lies in its past. Here each block follows the last by one second,
 * unless the test says otherwise.
 */
export default function steadyClockHooks(): Promise<Partial<NetworkHooks>> {
  const clocks = new WeakMap<object, SteadyClock>();

  return Promise.resolve({
    async onRequest<T extends string>(
      context: HookContext,
      connection: NetworkConnection<T>,
      request: JsonRpcRequest,
      next: Next<T>,
    ): Promise<JsonRpcResponse> {
      if (connection.networkName !== NETWORK) return next(context, connection, request);
      const clock = clocks.get(connection) ?? new SteadyClock(isAutomatic(connection));
      clocks.set(connection, clock);
      const ask: Ask = (method, params) =>
        next(context, connection, { jsonrpc: "2.0", id: request.id, method, params });
      return clock.pass(request, ask, () => next(context, connection, request));
    },
  });
}

/** What one chain's next block will be, as far as it is known without asking: asking is half of what a call costs. */
class SteadyClock {
  /** Who named the next block's time: the test, or this clock, which may name it again. */
  #namedBy: "test" | "us" | undefined;
  /** Seconds by which the test has moved the clock since the last block. */
  #moved = 0;
  /** What the test has made the next block's base fee. */
  #baseFeePerGas = 0n;
  /** The last block, where nothing can have changed it since. */
  #latest: Latest | undefined;
  /** Ends with the last request that may mine: of two at once nobody could tell which has which second. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param minesAtOnce - whether a transaction that is taken is in the next block */
  constructor(private minesAtOnce: boolean) {}

  async pass(request: JsonRpcRequest, ask: Ask, proceed: () => Promise<JsonRpcResponse>): Promise<JsonRpcResponse> {
    const { method } = request;
    if (MINING.has(method)) {
      const mined = this.#turn.then(async () => this.#mine(request, ask, proceed));
      this.#turn = mined.catch(() => undefined);
      return mined;
    }
    if (LOOKING.has(method)) {
      await this.#turn;
      await this.#nameNextBlock(ask);
    }
    const response = await proceed();
    if (CONTROL.test(method) && "result" in response) this.#takeNote(request);
    return response;
  }

  async #mine(request: JsonRpcRequest, ask: Ask, proceed: () => Promise<JsonRpcResponse>): Promise<JsonRpcResponse> {
    await this.#nameNextBlock(ask);
    const before = await this.#latestBlock(ask);
    const baseFeePerGas = before.baseFeePerGas > this.#baseFeePerGas ? before.baseFeePerGas : this.#baseFeePerGas;
    const isSent = request.method === "eth_sendTransaction";
    if (isSent) offerFee(request, baseFeePerGas);
    this.#latest = undefined;
    try {
      const response = await proceed();
      if (isSent && this.minesAtOnce && this.#namedBy === "us") {
        this.#latest = { number: before.number + 1, timestamp: this.#timeAfter(before), baseFeePerGas };
      }
      return response;
    } finally {
      // A transaction that reverts has been mined; one that was refused has not.
      const { number } = await this.#latestBlock(ask);
      if (number !== before.number) {
        this.#namedBy = undefined;
        this.#moved = 0;
        this.#baseFeePerGas = 0n;
      }
    }
  }

  /** The chain, or what has been said of the next block, may be another now. */
  #takeNote({ method, params }: JsonRpcRequest): void {
    const [value] = Array.isArray(params) ? (params as unknown[]) : [];
    this.#latest = undefined;
    if (this.#namedBy === "us") this.#namedBy = undefined;
    if (method === "evm_setNextBlockTimestamp") this.#namedBy = "test";
    if (method === "evm_increaseTime") this.#moved += Number(value);
    if (method === "evm_setAutomine") this.minesAtOnce = value === true;
    if (method === "hardhat_setNextBlockBaseFeePerGas") this.#baseFeePerGas = BigInt(String(value));
    if (method !== "evm_revert") return;
    this.#namedBy = undefined;
    this.#moved = 0;
  }

  async #nameNextBlock(ask: Ask): Promise<void> {
    if (this.#namedBy !== undefined) return;
    await ask("evm_setNextBlockTimestamp", [this.#timeAfter(await this.#latestBlock(ask))]);
    this.#namedBy = "us";
  }

  #timeAfter({ timestamp }: Latest): number {
    return timestamp + 1 + this.#moved;
  }

  async #latestBlock(ask: Ask): Promise<Latest> {
    if (this.#latest !== undefined) return this.#latest;
    const answer = await ask("eth_getBlockByNumber", ["latest", false]);
    if (!("result" in answer)) throw new Error("the chain has no latest block");
    const { number, timestamp, baseFeePerGas } = answer.result as Record<keyof Latest, string>;
    const latest = { number: Number(number), timestamp: Number(timestamp), baseFeePerGas: BigInt(baseFeePerGas) };
    this.#latest = latest;
    return latest;
  }
}

/** What a transaction pays, unless the test says: Hardhat would ask the chain twice to find out. */
function offerFee({ params }: JsonRpcRequest, baseFeePerGas: bigint): void {
  const [transaction] = params as [Record<string, unknown>];
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  if ([gasPrice, maxFeePerGas, maxPriorityFeePerGas].some((fee) => fee !== undefined)) return;
  Object.assign(transaction, { maxFeePerGas: hex(2n * baseFeePerGas + TIP), maxPriorityFeePerGas: hex(TIP) });
}

function isAutomatic<T extends string>({ networkConfig }: NetworkConnection<T>): boolean {
  return networkConfig.type === "edr-simulated" && networkConfig.mining.auto;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
