import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

type Next<T extends string> = (
  context: HookContext,
  connection: NetworkConnection<T>,
  request: JsonRpcRequest,
) => Promise<JsonRpcResponse>;

/** What a test has asked of its chain's clock since the last block. */
interface Clock {
  /** Whether it has named the next block's time. */
  named: boolean;
  /** Seconds by which it has moved the clock. */
  moved: number;
}

/** The network whose chains live in the test's own process, and which nothing else uses. */
const NETWORK = "default";

/** Requests that mine a block, or that ask what the next one would do. */
const MINING = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine", "hardhat_mine"]);
const LOOKING = new Set(["eth_estimateGas", "eth_call"]);

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
      const clock = clocks.get(connection) ?? { named: false, moved: 0 };
      clocks.set(connection, clock);

      const { method } = request;
      const mayMine = MINING.has(method);
      if ((mayMine || LOOKING.has(method)) && !clock.named) await nameNextBlock(clock);
      const height = mayMine ? await blockNumber() : undefined;
      try {
        const response = await next(context, connection, request);
        if (method === "evm_setNextBlockTimestamp" && "result" in response) clock.named = true;
        if (method === "evm_increaseTime" && "result" in response) clock.moved += Number(paramOf(request));
        return response;
      } finally {
        // A transaction that reverts has been mined; one that was refused has not.
        const mined = mayMine && (await blockNumber()) !== height;
        if (mined || method === "evm_revert") Object.assign(clock, { named: false, moved: 0 });
      }

      async function nameNextBlock({ moved }: Clock): Promise<void> {
        const latest = await ask("eth_getBlockByNumber", ["latest", false]);
        if (!("result" in latest)) return;
        const { timestamp } = latest.result as { timestamp: string };
        await ask("evm_setNextBlockTimestamp", [Number(timestamp) + 1 + moved]);
      }

      async function blockNumber(): Promise<unknown> {
        const answer = await ask("eth_blockNumber", []);
        return "result" in answer ? answer.result : undefined;
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
