import { id, toBeHex } from "ethers";

import { FakeRpcNode, type FakeAnswer, type RpcRequest } from "../../../support/FakeRpcNode.js";

/** What a node of the chain does wrong. */
export type NodeFault =
  | "none"
  /** refuses everything, as a machine whose program has died does */
  | "dead"
  /** 429 to everything */
  | "throttling"
  /** is a node of another chain: another id, other blocks */
  | "wrong-chain"
  /** has stopped at a block long ago, and says it is the newest */
  | "stale"
  /** follows a fork: other hashes, other times */
  | "forked"
  /** shows no logs */
  | "truncated-logs"
  /** knows no receipts */
  | "null-receipts"
  /** answers are cut off in the middle */
  | "cut-off"
  /** calls give other values: who is an attestor, how many nodes there are */
  | "lying-calls"
  /** the oracle follows rules that are not these programs' */
  | "other-rules";

/** Selector of `CONSENSUS_VERSION()`. */
const VERSION = id("CONSENSUS_VERSION()").slice(0, 10);

/** Blocks that a stale node is behind. */
const STALE_BLOCKS = 30;

type Fields = Record<string, unknown>;

/** A node of the chain that answers as the real one behind it does, or with a fault. */
export class FaultyNode {
  fault: NodeFault = "none";
  private readonly node: FakeRpcNode;
  private stoppedAt: number | undefined;

  private constructor(private readonly behind: string) {
    this.node = new FakeRpcNode((request) => this.answer(request));
  }

  /** Starts one in front of a real node. */
  static async start(behind: string): Promise<FaultyNode> {
    const node = new FaultyNode(behind);
    await node.node.start();
    return node;
  }

  get url(): string {
    return this.node.url;
  }

  async stop(): Promise<void> {
    await this.node.stop();
  }

  private async answer(request: RpcRequest): Promise<FakeAnswer> {
    if (this.fault === "dead") return { raw: "<html>bad gateway</html>", status: 502 };
    if (this.fault === "throttling") return { raw: "slow down", status: 429 };
    if (this.fault === "stale") return await this.stale(request);
    this.stoppedAt = undefined;
    return this.spoil(request, await this.ask(request.method, request.params));
  }

  private spoil({ method, params }: RpcRequest, answer: FakeAnswer): FakeAnswer {
    const { fault } = this;
    if (fault === "other-rules" && JSON.stringify(params).includes(VERSION)) return { result: toBeHex(99, 32) };
    const result = typeof answer === "object" && "result" in answer ? answer.result : undefined;
    if (fault === "cut-off")
      return { raw: JSON.stringify({ jsonrpc: "2.0", id: 1, ...(answer as object) }).slice(0, -9) };
    if (fault === "wrong-chain" && method === "eth_chainId") return { result: "0x5" };
    if (fault === "wrong-chain" || fault === "forked") return isBlock(method) ? { result: forked(result) } : answer;
    if (fault === "truncated-logs") {
      if (method === "eth_getLogs") return { result: [] };
      if (method === "eth_getTransactionReceipt" && typeof result === "object" && result !== null)
        return { result: { ...result, logs: [] } };
    }
    if (fault === "null-receipts" && method === "eth_getTransactionReceipt") return { result: null };
    if (fault === "lying-calls" && method === "eth_call" && typeof result === "string")
      return { result: spoilt(result) };
    return answer;
  }

  /** Everything as it was some blocks ago; what comes later does not exist. */
  private async stale({ method, params }: RpcRequest): Promise<FakeAnswer> {
    this.stoppedAt ??= Math.max(0, Number(await this.number()) - STALE_BLOCKS);
    const at = `0x${this.stoppedAt.toString(16)}`;
    if (method === "eth_blockNumber") return { result: at };
    const moved = params.map((param) =>
      ["latest", "pending", "safe", "finalized"].includes(String(param)) ? at : param,
    );
    const later = moved.some(
      (param) => typeof param === "string" && isNumber(param) && Number(param) > this.stoppedAt!,
    );
    if (later && method === "eth_getBlockByNumber") return { result: null };
    if (later && method === "eth_call") return { error: { code: -32_000, message: "header not found" } };
    return await this.ask(method, moved);
  }

  private async number(): Promise<string> {
    const answer = (await this.ask("eth_blockNumber", [])) as { result: string };
    return answer.result;
  }

  private async ask(method: string, params: readonly unknown[]): Promise<FakeAnswer> {
    const response = await fetch(this.behind, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { code: number; message: string };
    };
    return error === undefined ? { result: result ?? null } : { error };
  }
}

const isBlock = (method: string): boolean => method === "eth_getBlockByNumber" || method === "eth_getBlockByHash";
const isNumber = (param: string): boolean => /^0x[0-9a-f]{1,16}$/.test(param);

function forked(block: unknown): unknown {
  if (typeof block !== "object" || block === null) return block;
  const { hash, parentHash, timestamp, ...rest } = block as Fields;
  const other = (text: unknown): string => `0xf0${String(text).slice(4)}`;
  return {
    ...rest,
    hash: other(hash),
    parentHash: other(parentHash),
    timestamp: `0x${(Number(timestamp) + 40).toString(16)}`,
  };
}

/** The same words with the lowest bit of each turned over. */
function spoilt(words: string): string {
  const flip = (digit: string): string => (Number.parseInt(digit, 16) ^ 1).toString(16);
  return words.replace(/.$/, flip).replaceAll(/([0-9a-f])(?=(?:[0-9a-f]{64})+$)/g, flip);
}
