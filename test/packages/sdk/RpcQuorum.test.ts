import { expect } from "chai";

import { MillraceError, openQuorum, QuorumProvider, RpcEndpoint, RpcQuorum } from "@millrace/sdk";

import { FakeRpcNode, type FakeAnswer, type RpcRequest } from "../../support/FakeRpcNode.js";

const CHAIN = 4_242n;
const HASH = (block: number, fork = 0): string => `0x${fork.toString(16)}${block.toString(16).padStart(63, "0")}`;
const hex = (value: number): string => `0x${value.toString(16)}`;
const LOGS = [1, 2].map((i) => ({ address: "0xAa", topics: [], data: hex(i), blockHash: HASH(7), logIndex: hex(i) }));

/** What else ethers wants of a block. */
const FILLER = {
  difficulty: "0x0",
  extraData: "0x",
  gasLimit: "0x1",
  gasUsed: "0x0",
  miner: `0x${"00".repeat(20)}`,
  nonce: "0x0000000000000000",
  transactions: [],
};

/** A node that is right, with its head at a block. */
function honest(head = 10): (request: RpcRequest) => FakeAnswer {
  return ({ method, params }) => {
    const at = (tag: unknown): number => (typeof tag === "string" && tag.startsWith("0x") ? Number(tag) : head);
    switch (method) {
      case "eth_chainId":
        return { result: hex(Number(CHAIN)) };
      case "eth_blockNumber":
        return { result: hex(head) };
      case "eth_getBlockByNumber": {
        const number = at(params[0]);
        if (number > head) return { result: null };
        return {
          result: {
            ...FILLER,
            number: hex(number),
            hash: HASH(number),
            parentHash: HASH(number - 1),
            timestamp: hex(number),
          },
        };
      }
      case "eth_call":
        // A state that changes with every block.
        return { result: HASH(at(params[1])) };
      case "eth_getLogs":
        return { result: LOGS };
      case "eth_getTransactionReceipt":
        return { result: { transactionHash: params[0], blockHash: HASH(7), status: "0x1", logs: LOGS } };
      case "eth_estimateGas":
        return { result: hex(50_000 + head) };
      case "eth_getTransactionCount":
        return { result: hex(3) };
      case "eth_sendRawTransaction":
        return { result: HASH(99) };
      default:
        return { error: { code: -32601, message: `no ${method}` } };
    }
  };
}

/** The answer of an honest node, but for one method. */
function except(
  method: string,
  lie: (request: RpcRequest) => FakeAnswer,
  head = 10,
): (request: RpcRequest) => FakeAnswer {
  const truth = honest(head);
  return (request) => (request.method === method ? lie(request) : truth(request));
}

describe("RpcQuorum", () => {
  const nodes: FakeRpcNode[] = [];
  let nowMs = 0;

  async function ask(answers: FakeRpcNode["answer"][], method: string, params: unknown[] = []): Promise<unknown> {
    return await (await quorumOf(answers)).ask(method, params);
  }

  async function quorumOf(answers: FakeRpcNode["answer"][], timeoutMs = 2_000): Promise<RpcQuorum> {
    const started = await Promise.all(answers.map(async (answer) => await new FakeRpcNode(answer).start()));
    nodes.push(...started);
    const options = { chainId: CHAIN, timeoutMs, nowMs: () => nowMs };
    const endpoints = started.map(({ url }) => new RpcEndpoint(url, options));
    return new RpcQuorum(endpoints, Math.floor(answers.length / 2) + 1);
  }

  async function codeOf(work: Promise<unknown>): Promise<string> {
    const error = await work.catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(MillraceError);
    return (error as MillraceError).code;
  }

  afterEach(async () => {
    await Promise.all(
      nodes.splice(0).map(async (node) => {
        await node.stop();
      }),
    );
  });

  const lies: Record<string, FakeRpcNode["answer"]> = {
    "another result": except("eth_call", () => ({ result: HASH(1) })),
    "an error": except("eth_call", () => ({ error: { code: 3, message: "reverted", data: "0x1234" } })),
    "an answer cut short": except("eth_call", () => ({ raw: '{"jsonrpc":"2.0","id":1,"resu' })),
    "an answer to another question": except("eth_call", () => ({ raw: '{"jsonrpc":"2.0","id":-1,"result":"0x"}' })),
    "status 429": except("eth_call", () => ({ raw: "slow down", status: 429 })),
    "another chain's id": except("eth_chainId", () => ({ result: "0x1" })),
  };
  for (const [what, lie] of Object.entries(lies)) {
    it(`should not care that one of three gives ${what}`, async () => {
      expect(await ask([honest(), lie, honest()], "eth_call", [{}, hex(9)])).to.deep.equal({ result: HASH(9) });
    });
    it(`should say nothing when two of three give ${what} (X-51)`, async () => {
      const other = what === "another result" ? except("eth_call", () => ({ result: HASH(2) })) : lie;
      const answer = await ask([other, lie, honest()], "eth_call", [{}, hex(9)]).catch((error: unknown) => error);
      // Two that lie alike are a quorum: that is the bound of every quorum. Two that are broken are not.
      if (what === "an error") expect(answer).to.have.property("error");
      else expect((answer as MillraceError).code).to.match(/^RPC_(DOWN|DISAGREES)$/);
    });
  }

  it("should go on when one is dead or hangs, and name the trouble when two are", async () => {
    const quorum = await quorumOf([honest(), () => "hang", honest()], 300);
    expect(await quorum.ask("eth_call", [{}, hex(9)])).to.deep.equal({ result: HASH(9) });
    await nodes[2]!.stop();
    expect(await codeOf(quorum.ask("eth_call", [{}, hex(9)]))).to.equal("RPC_DOWN");
  });

  it("should ask all of the same block when one is ahead and one behind", async () => {
    const answers = [honest(12), honest(10), honest(11)];
    expect(await ask(answers, "eth_call", [{}, "latest"])).to.deep.equal({ result: HASH(11) });
    expect(await ask(answers, "eth_blockNumber")).to.deep.equal({ result: hex(11) });
    expect(await ask(answers, "eth_getBlockByNumber", ["finalized", false])).to.have.nested.property(
      "result.number",
      hex(11),
    );
  });

  it("should follow no fork that one node is on, and stand still when two disagree about a block", async () => {
    const forked = except("eth_getBlockByNumber", ({ params }) => {
      const number = Number(params[0]);
      return {
        result: { number: hex(number), hash: HASH(number, 1), parentHash: HASH(number - 1), timestamp: hex(number) },
      };
    });
    expect(await ask([forked, honest(), honest()], "eth_getBlockByNumber", [hex(8), false])).to.have.nested.property(
      "result.hash",
      HASH(8),
    );
    expect(await codeOf(ask([forked, honest()], "eth_getBlockByNumber", [hex(8), false]))).to.equal("RPC_DISAGREES");
  });

  it("should miss no log and no receipt that one node hides", async () => {
    const fewer = except("eth_getLogs", () => ({ result: LOGS.slice(1) }));
    expect(await ask([fewer, honest(), honest()], "eth_getLogs", [{}])).to.deep.equal({ result: LOGS });
    const none = except("eth_getTransactionReceipt", () => ({ result: null }));
    expect(await ask([none, honest(), honest()], "eth_getTransactionReceipt", [HASH(1)])).to.have.nested.property(
      "result.status",
      "0x1",
    );
    const quiet = except("eth_getTransactionReceipt", ({ params }) => {
      return { result: { transactionHash: params[0], blockHash: HASH(7), status: "0x1", logs: [] } };
    });
    expect(await codeOf(ask([quiet, honest()], "eth_getTransactionReceipt", [HASH(1)]))).to.equal("RPC_DISAGREES");
  });

  it("should believe no price of gas that one node writes into a right block or receipt", async () => {
    for (const [method, field] of [
      ["eth_getBlockByNumber", "baseFeePerGas"],
      ["eth_getTransactionReceipt", "effectiveGasPrice"],
    ] as const) {
      // Who would pay too much sends nothing, and a budget is used up by one transaction.
      const dear = except(method, (request) => {
        const truth = honest()(request) as { readonly result: object };
        return { result: { ...truth.result, [field]: hex(2 ** 50) } };
      });
      const params = method === "eth_getBlockByNumber" ? [hex(8), false] : [HASH(1)];
      expect(await codeOf(ask([dear, honest()], method, params)), field).to.equal("RPC_DISAGREES");
      const answer = await ask([dear, honest(), honest()], method, params);
      expect(answer).to.not.have.nested.property(`result.${field}`);
    }
  });

  it("should take quantities that a quorum reaches, whatever one node claims", async () => {
    const huge = (method: string): FakeRpcNode["answer"] => except(method, () => ({ result: hex(2 ** 40) }));
    expect(await ask([huge("eth_estimateGas"), honest(), honest()], "eth_estimateGas", [{}])).to.deep.equal({
      result: hex(50_010),
    });
    expect(
      await ask([huge("eth_getTransactionCount"), honest(), honest()], "eth_getTransactionCount", ["0x", "pending"]),
    ).to.deep.equal({ result: hex(3) });
    const revert = except("eth_estimateGas", () => ({ error: { code: 3, message: "x", data: "0x12" } }));
    expect(await ask([revert, revert, honest()], "eth_estimateGas", [{}])).to.have.property("error");
  });

  it("should send to all, and be content when one takes it", async () => {
    const known = except("eth_sendRawTransaction", () => ({ error: { code: -32000, message: "already known" } }));
    expect(await ask([known, known, honest()], "eth_sendRawTransaction", ["0x"])).to.deep.equal({ result: HASH(99) });
    for (const node of nodes) expect(node.asked).to.include("eth_sendRawTransaction");
    expect(await ask([known, known, known], "eth_sendRawTransaction", ["0x"])).to.have.nested.property(
      "error.message",
      "already known",
    );
  });

  it("should leave a node that throttles alone, longer each time, and check its chain when it comes back", async () => {
    const quorum = await quorumOf([() => ({ raw: "", status: 429 }), honest(), honest()]);
    const [throttled] = nodes;
    for (let i = 0; i < 20; i++) await quorum.ask("eth_call", [{}, hex(9)]);
    expect(throttled!.asked).to.have.length(1);
    nowMs += 260;
    await quorum.ask("eth_call", [{}, hex(9)]);
    nowMs += 260;
    await quorum.ask("eth_call", [{}, hex(9)]);
    expect(throttled!.asked, "second rest is longer").to.have.length(2);
    throttled!.answer = honest();
    nowMs += 60_000;
    await quorum.ask("eth_blockNumber", []);
    expect(throttled!.asked.slice(2)).to.deep.equal(["eth_chainId", "eth_blockNumber"]);
  });

  it("should need a majority", async () => {
    const quorum = await quorumOf([honest(), honest()]);
    for (const q of [0, 1, 3]) expect(() => new RpcQuorum(quorum.endpoints, q)).to.throw(MillraceError, "no majority");
    // One node alone cannot be three: whoever wants three to agree must not be served by it in silence.
    const [{ url }] = nodes;
    expect(await codeOf(openQuorum({ rpcUrls: [url], quorum: 3, chainId: CHAIN }))).to.equal("BAD_CONFIG");
  });

  it("should serve as a provider, and start only when a quorum answers", async () => {
    await quorumOf([honest(), honest(), () => ({ raw: "", status: 500 })]);
    const rpcUrls = nodes.map(({ url }) => url);
    const provider = await openQuorum({ rpcUrls, chainId: CHAIN });
    expect(provider).to.be.instanceOf(QuorumProvider);
    expect(await provider.call({ to: `0x${"11".repeat(20)}`, blockTag: 9 })).to.equal(HASH(9));
    expect((await provider.getBlock("latest"))!.hash).to.equal(HASH(10));
    provider.destroy();
    await nodes[0]!.stop();
    expect(await codeOf(openQuorum({ rpcUrls, chainId: CHAIN }))).to.equal("RPC_DOWN");
    expect(await codeOf(openQuorum({ rpcUrls }))).to.equal("BAD_CONFIG");
  });
});
