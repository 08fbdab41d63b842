import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { toQuantity, type JsonRpcApiProvider, type JsonRpcProvider } from "ethers";

import { openChain, openQuorum } from "@millrace/sdk";

import { freePort } from "../../../scripts/local/freePort.js";
import { startChain, type LocalChain } from "../../../scripts/local/startChain.js";
import { FakeRpcNode } from "../../support/FakeRpcNode.js";

/** Leaves an event when it is called. */
const TELLER = "0x6004600c60003960046000f3" + "5f5fa000";
const MOST_BLOCKS = 50;
/** Blocks with an event. */
const PLACES = [3, 4, 120, 300];

describe("readLogsInRanges", function () {
  let folder: string;
  let chain: LocalChain;
  let teller: string;
  let direct: JsonRpcProvider;
  let nodes: FakeRpcNode[];
  /** Blocks of each read that a node answered, and of each that it refused. */
  let reads: number[];
  let refusals: number[];
  const opened: JsonRpcApiProvider[] = [];

  /** A node that gives events of few blocks at once, as most public ones do. */
  const startNode = async (): Promise<FakeRpcNode> =>
    await new FakeRpcNode(async ({ method, params }) => {
      if (method === "eth_getLogs") {
        const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
        const blocks = Number(toBlock) - Number(fromBlock) + 1;
        if (!(blocks <= MOST_BLOCKS)) {
          refusals.push(blocks);
          return { error: { code: -32_600, message: `more than ${MOST_BLOCKS} blocks` } };
        }
        reads.push(blocks);
      }
      return { result: (await direct.send(method, [...params])) as unknown };
    }).start();
  const open = async (many: number): Promise<JsonRpcApiProvider> => {
    const provider = await openQuorum({ rpcUrls: nodes.slice(0, many).map(({ url }) => url), chainId: 31_337 });
    opened.push(provider);
    return provider;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "millrace-logs-"));
    chain = await startChain("anvil", await freePort(), join(folder, "chain.log"));
    nodes = [await startNode(), await startNode()];
    direct = await openChain({ rpcUrl: chain.url });
    const [from] = (await direct.send("eth_accounts", [])) as [string];
    await direct.send("evm_setAutomine", [false]);
    const mined = async (transaction: object, block: number): Promise<string> => {
      await direct.send("anvil_mine", [toQuantity(block - 1 - (await direct.getBlockNumber()))]);
      const hash = (await direct.send("eth_sendTransaction", [{ from, gas: "0x30d40", ...transaction }])) as string;
      await direct.send("anvil_mine", ["0x1"]);
      return hash;
    };
    teller = (await direct.getTransactionReceipt(await mined({ data: TELLER }, 1)))!.contractAddress!;
    for (const place of PLACES) await mined({ to: teller }, place);
  });
  beforeEach(() => {
    [reads, refusals] = [[], []];
  });
  after(async () => {
    for (const provider of [direct, ...opened]) provider.destroy();
    for (const node of nodes) await node.stop();
    await chain.process.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const many of [1, 2]) {
    it(`should give the whole history of ${many === 1 ? "a node" : "two nodes"} that allow few blocks`, async () => {
      const provider = await open(many);
      const blocksOf = async (fromBlock?: number, toBlock?: number): Promise<number[]> => {
        const logs = await provider.getLogs({ address: teller, fromBlock, toBlock });
        return logs.map(({ blockNumber }) => blockNumber);
      };
      expect(await blocksOf()).to.deep.equal(PLACES);
      expect(await blocksOf(4, 299)).to.deep.equal([4, 120]);
      expect(Math.max(...reads)).to.be.within(MOST_BLOCKS / 2, MOST_BLOCKS);
      reads = [];
      expect(await blocksOf(120, 121)).to.deep.equal([120]);
      expect(reads, "in one where it is allowed").to.deep.equal(Array<number>(many).fill(2));
    });
  }

  it("should not ask once more for what was refused", async () => {
    const provider = await open(1);
    await provider.getLogs({ address: teller, fromBlock: 1, toBlock: 300 });
    expect(refusals.slice(0, 3)).to.deep.equal([300, 150, 75]);
  });

  it("should say how far it has come", async () => {
    const told: number[][] = [];
    const provider = await openChain({
      rpcUrl: nodes[0]!.url,
      onProgress: ({ from, last, to }) => told.push([from, last, to]),
    });
    opened.push(provider);
    await provider.getLogs({ address: teller, fromBlock: 101, toBlock: 300 });
    expect(told.length).to.be.at.least(200 / MOST_BLOCKS);
    expect(told.every(([from, , to]) => from === 101 && to === 300)).to.equal(true);
    const lasts = told.map(([, last]) => last!);
    expect(lasts).to.deep.equal([...lasts].sort((a, b) => a - b));
    expect(lasts.at(-1)).to.equal(300);
  });

  it("should fail where a single block does", async () => {
    const provider = await open(1);
    const failed: unknown = await provider
      .getLogs({ address: teller, fromBlock: 5, toBlock: "0x5", topics: ["0x00"] })
      .catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
  });
});
