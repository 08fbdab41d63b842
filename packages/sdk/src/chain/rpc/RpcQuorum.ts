import { MillraceError } from "../../errors/MillraceError.js";
import { keyOf } from "./answers.js";
import { assertMajority } from "./assertMajority.js";
import type { RpcAnswer, RpcEndpoint } from "./RpcEndpoint.js";

/** How long to wait for the others once enough have answered a question about a quantity. */
const GRACE_MS = 300;

/** Questions whose answers differ honestly: of those given, the highest that a quorum reaches is taken. */
const QUANTITIES: ReadonlySet<string> = new Set([
  "eth_blockNumber",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_maxPriorityFeePerGas",
]);

/** Position of the block among the parameters. */
const BLOCK_PARAMETER: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_getBalance: 1,
  eth_getBlockByNumber: 0,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_getTransactionCount: 1,
};

interface Given {
  readonly endpoint: RpcEndpoint;
  readonly answer: RpcAnswer;
}

/**
 * Several nodes of one chain, asked side by side. An answer counts when `quorum` of them give it: one that lies, lags,
 * follows a fork or is cut off changes nothing, and when too few agree there is no answer rather than a wrong one.
 */
export class RpcQuorum {
  constructor(
    readonly endpoints: readonly RpcEndpoint[],
    readonly quorum: number,
  ) {
    assertMajority(quorum, endpoints.length);
  }

  /** What a quorum answers. @throws MillraceError RPC_DISAGREES, RPC_DOWN */
  async ask(method: string, params: readonly unknown[]): Promise<RpcAnswer> {
    if (method === "eth_sendRawTransaction") return await this.#broadcast(params);
    if (method === "eth_feeHistory") return await this.#any(method, params);
    if (QUANTITIES.has(method) || (method === "eth_getTransactionCount" && params[1] === "pending")) {
      return await this.#quantity(method, params);
    }
    const moving = this.#movingBlock(method, params);
    if (moving === undefined) return await this.#equal(method, params);
    try {
      return await this.#equal(method, params);
    } catch (error) {
      // Some are a block ahead: ask all of the newest block that a quorum has.
      if (!(error instanceof MillraceError) || error.code !== "RPC_DISAGREES") throw error;
      return await this.#equal(method, moving(await this.#head(moving.tag)));
    }
  }

  /** Parameters with the block pinned, if they name one that moves. */
  #movingBlock(
    method: string,
    params: readonly unknown[],
  ): (((block: string) => unknown[]) & { readonly tag: string }) | undefined {
    const at = BLOCK_PARAMETER[method];
    const tag = at === undefined ? undefined : params[at];
    if (at === undefined || (tag !== "latest" && tag !== "finalized" && tag !== "safe")) return undefined;
    return Object.assign((block: string) => params.with(at, block), { tag });
  }

  /** Number of the newest block with a tag that a quorum has. */
  async #head(tag: string): Promise<string> {
    const given = await this.#gather("eth_getBlockByNumber", [tag, false]);
    const numbers = given.flatMap(({ answer }) => numberOf(("result" in answer ? answer.result : undefined) as Block));
    return this.#reached("eth_getBlockByNumber", numbers);
  }

  async #quantity(method: string, params: readonly unknown[]): Promise<RpcAnswer> {
    const given = await this.#gather(method, params);
    const numbers = given.flatMap(({ answer }) => ("result" in answer ? quantity(answer.result) : []));
    if (numbers.length < this.quorum) {
      const refusal = this.#agreed(method, given);
      if (refusal !== undefined) return refusal;
    }
    return { result: this.#reached(method, numbers) };
  }

  /** The highest number that a quorum reaches. */
  #reached(method: string, numbers: readonly bigint[]): string {
    const reached = [...numbers].sort((a, b) => (a < b ? 1 : -1))[this.quorum - 1];
    if (reached !== undefined) return `0x${reached.toString(16)}`;
    throw this.#disagreement(method, numbers.length);
  }

  /** Resolves as soon as a quorum has said the same. */
  async #equal(method: string, params: readonly unknown[]): Promise<RpcAnswer> {
    const given: Given[] = [];
    return await new Promise((resolve, reject) => {
      let open = this.endpoints.length;
      const settle = (): void => {
        const agreed = this.#agreed(method, given);
        if (agreed !== undefined) resolve(agreed);
        else if (--open === 0) reject(this.#disagreement(method, given.length));
      };
      for (const endpoint of this.endpoints) {
        endpoint.ask(method, params).then((answer) => {
          given.push({ endpoint, answer });
          settle();
        }, settle);
      }
    });
  }

  /** What a quorum of the answers says. */
  #agreed(method: string, given: readonly Given[]): RpcAnswer | undefined {
    const counts = new Map<string, number>();
    for (const { answer } of given) {
      const key = keyOf(method, answer);
      const count = (counts.get(key) ?? 0) + 1;
      if (count >= this.quorum) return answer;
      counts.set(key, count);
    }
    return undefined;
  }

  /** All answers, or those that came within a moment after a quorum had answered. */
  async #gather(method: string, params: readonly unknown[]): Promise<Given[]> {
    const given: Given[] = [];
    let enough: () => void = () => undefined;
    const isEnough = new Promise<void>((resolve) => (enough = resolve));
    const asked = this.endpoints.map(async (endpoint) => {
      given.push({ endpoint, answer: await endpoint.ask(method, params) });
      if (given.length >= this.quorum) enough();
    });
    let timer: NodeJS.Timeout | undefined;
    const grace = isEnough.then(() => new Promise<void>((resolve) => (timer = setTimeout(resolve, GRACE_MS))));
    await Promise.race([Promise.allSettled(asked), grace]);
    clearTimeout(timer);
    return [...given];
  }

  async #any(method: string, params: readonly unknown[]): Promise<RpcAnswer> {
    const [first] = await this.#gather(method, params);
    if (first === undefined) throw this.#disagreement(method, 0);
    return first.answer;
  }

  /** One that takes it is enough: it spreads by itself. */
  async #broadcast(params: readonly unknown[]): Promise<RpcAnswer> {
    const given = await this.#gather("eth_sendRawTransaction", params);
    const taken = given.find(({ answer }) => "result" in answer) ?? given[0];
    if (taken === undefined) throw this.#disagreement("eth_sendRawTransaction", 0);
    return taken.answer;
  }

  #disagreement(method: string, answers: number): MillraceError {
    if (answers < this.quorum) {
      return new MillraceError("RPC_DOWN", `Only ${answers} of ${this.endpoints.length} nodes answer ${method}.`, {
        hint: `At least ${this.quorum} must; look at the log for what is wrong with the others.`,
      });
    }
    return new MillraceError(
      "RPC_DISAGREES",
      `No ${this.quorum} of ${answers} nodes give the same answer to ${method}.`,
      {
        hint: "One of them lies, lags behind or follows another fork; nothing is done until they agree.",
      },
    );
  }
}

type Block = { readonly number?: unknown } | null | undefined;

function numberOf(block: Block): bigint[] {
  return quantity(block?.number);
}

function quantity(value: unknown): bigint[] {
  return typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value) ? [BigInt(value)] : [];
}
