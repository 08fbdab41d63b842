import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

type Next<T extends string> = (
  context: HookContext,
  connection: NetworkConnection<T>,
  request: JsonRpcRequest,
) => Promise<JsonRpcResponse>;

/** What a test has asked of its chain's clock since the last block, and what the chain was told. */
interface Clock {
  /** Whether the test has named the next block's time. */
  named: boolean;
  /** Seconds by which it has moved the clock. */
  moved: number;
  /** Whether the chain knows the time of the next block. */
  told: boolean;
  /** The latest block, if nothing happened that could have changed it. */
  latest: Latest | undefined;
}

interface Latest {
  readonly number: string;
  readonly timestamp: string;
}

const FRESH: Readonly<Clock> = { named: false, moved: 0, told: false, latest: undefined };

/** The network whose chains live in the test's own process, and which nothing else uses. */
const NETWORK = "default";

/** Requests that mine a block, or that ask what the next one would do. */
const MINING = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine", "hardhat_mine"]);
const LOOKING = new Set(["eth_estimateGas", "eth_call"]);
const UNDOING = new Set(["evm_revert", "hardhat_reset"]);

/**
 * A simulated chain follows the machine's clock: on a slow machine, minutes pass between two lines of a test, epochs
 * end by themselves, and a time taken from the chain lies in its past. Here each block follows the last by one second,
 * unless the test says otherwise.
 */
export default function steadyClockHooks(): Promise<Partial<NetworkHooks>> {
  const clocks = new WeakMap<object, Clock>();

  return Promise.resolve({
    async onRequest<T extends string>(
      context: HookContext,
      connection: NetworkConnection<T>,
      request: JsonRpcRequest,
      next: Next<T>,
    ): Promise<JsonRpcResponse> {
      if (connection.networkName !== NETWORK) return next(context, connection, request);
      const clock = clocks.get(connection) ?? { ...FRESH };
      clocks.set(connection, clock);

      const { method } = request;
      const mayMine = MINING.has(method);
      if ((mayMine || LOOKING.has(method)) && !clock.named && !clock.told) await tellNextBlock();
      const height = mayMine ? (await latestBlock())?.number : undefined;
      try {
        const response = await next(context, connection, request);
        if (method === "evm_setNextBlockTimestamp" && "result" in response) clock.named = true;
        if (method === "evm_increaseTime" && "result" in response) {
          clock.moved += Number(paramOf(request));
          clock.told = false;
        }
        return response;
      } finally {
        if (UNDOING.has(method)) Object.assign(clock, FRESH);
        if (mayMine) {
          clock.latest = undefined;
          clock.told = false;
          // A transaction that reverts has been mined; one that was refused has not.
          const latest = await latestBlock();
          if (latest?.number !== height) Object.assign(clock, { ...FRESH, latest });
        }
      }

      async function tellNextBlock(): Promise<void> {
        const latest = await latestBlock();
        if (latest === undefined) return;
        await ask("evm_setNextBlockTimestamp", [Number(latest.timestamp) + 1 + clock.moved]);
        clock.told = true;
      }

      async function latestBlock(): Promise<Latest | undefined> {
        if (clock.latest !== undefined) return clock.latest;
        const answer = await ask("eth_getBlockByNumber", ["latest", false]);
        clock.latest = "result" in answer ? (answer.result as Latest) : undefined;
        return clock.latest;
      }

      function ask(question: string, params: unknown[]): Promise<JsonRpcResponse> {
        return next(context, connection, { jsonrpc: "2.0", id: request.id, method: question, params });
      }
    },
  });
}

function paramOf({ params }: JsonRpcRequest): unknown {
  return Array.isArray(params) ? params[0] : undefined;
}
