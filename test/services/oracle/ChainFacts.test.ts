import { expect } from "chai";
import { getBytes, type Provider, Wallet, ZeroAddress } from "ethers";

import { EpochClock, type Contracts } from "@millrace/sdk";
import { NodeTable } from "@millrace/uptime-tree/format";

import { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import type { NodeReader } from "../../../services/oracle/src/chain/NodeReader.js";

const NODES = 3;
const clock = new EpochClock({ genesisAt: 0, epochSeconds: 10, slotsPerEpoch: 5 });

describe("ChainFacts", () => {
  /** A chain that is at block 1000 and second 1000, and how often it is asked for a node. */
  const openChain = (): { facts: ChainFacts; asked: () => number } => {
    let asked = 0;
    const answer = async <T>(value: T): Promise<T> => await Promise.resolve(value);
    const getBlock = (which: string | number): Promise<unknown> => {
      const number = typeof which === "number" ? which : 1_000;
      return answer({ number, timestamp: number });
    };
    const contracts = {
      settlement: { nextEpochToClose: () => answer(100n), potOf: () => answer({ availability: 7n }) },
      nodes: { registryAt: () => answer({ count: BigInt(NODES), digest: "0xd1" }) },
    };
    const nodes: Pick<NodeReader, "agents" | "read"> = {
      read: (_, count) => {
        asked += count;
        return answer(new NodeTable(count));
      },
      agents: () => answer(new Uint8Array()),
    };
    const provider = { getBlock } as unknown as Provider;
    const facts = new ChainFacts(provider, contracts as unknown as Contracts, clock, 0, "latest", nodes);
    return { facts, asked: () => asked };
  };

  it("should not ask the chain for epochs that have not begun, and once for all who want to know", async () => {
    let [blocks, calls] = [0, 0];
    const provider = {
      getBlock: () => {
        blocks++;
        return Promise.resolve({ number: 1_000, timestamp: 1_000, hash: "0x01" });
      },
    } as unknown as Provider;
    const uptime = {
      statusOf: () => {
        calls++;
        return Promise.resolve(0n);
      },
    };
    const facts = new ChainFacts(provider, { uptime } as unknown as Contracts, clock, 0, "latest");
    await facts.refresh();
    for (let epoch = 101; epoch < 200; epoch++) {
      expect(await facts.posted(epoch)).to.equal(undefined);
      expect(await facts.statusOf(epoch)).to.equal("none");
    }
    expect([blocks, calls]).to.deep.equal([1, 0]);
    await Promise.all(Array.from({ length: 50 }, () => facts.posted(100)));
    expect([blocks, calls]).to.deep.equal([2, 1]);
  });

  it("should find events however many blocks lie behind, in ranges that nodes allow, and look at none twice", async () => {
    const long = new EpochClock({ genesisAt: 0, epochSeconds: 20_000, slotsPerEpoch: 5 });
    const final = { number: 100_000 };
    const getBlock = (which: string | number): Promise<unknown> => {
      const number = typeof which === "number" ? which : final.number;
      return Promise.resolve({ number, timestamp: number, hash: `0x${number}` });
    };
    const ranges: [number, number][] = [];
    const find = (at: number[], event: object) => (_: unknown, first: number, last: number) => {
      if (last - first >= 2_000) throw new Error("query returns more than 2000 blocks");
      ranges.push([first, last]);
      const found = at.filter((block) => block >= first && block <= last);
      return Promise.resolve(
        found.map((blockNumber) => ({ ...event, blockNumber, getBlock: () => getBlock(blockNumber) })),
      );
    };
    const posted = { reportHash: "0x01", finalAt: 9n, signers: 7n, report: { root: "0x02" } };
    const contracts = {
      settlement: {
        ...{ nextEpochToClose: () => Promise.resolve(3n), filters: { EpochClosed: () => "closed" } },
        queryFilter: find([40_007], {}),
      },
      uptime: {
        ...{ statusOf: () => Promise.resolve(1n), filters: { ReportPosted: () => "posted" } },
        queryFilter: find([43_000, 61_000], { args: posted }),
      },
    };
    const provider = { getBlock } as unknown as Provider;
    const facts = new ChainFacts(provider, contracts as unknown as Contracts, long, 0, "finalized");
    expect(await facts.closedAt(1)).to.equal(40_007);
    expect(ranges.splice(0), "the first that can have it").to.deep.equal([[39_999, 41_998]]);
    expect((await facts.posted(1))?.blockNumber, "the one that stands").to.equal(61_000);
    expect([ranges.at(0)?.[0], ranges.splice(0).at(-1)?.[1]]).to.deep.equal([39_999, 100_000]);
    final.number = 100_010;
    await facts.refresh();
    expect((await facts.posted(1))?.blockNumber).to.equal(61_000);
    expect(ranges.splice(0)).to.deep.equal([[100_001, 100_010]]);
    final.number = 1_000_000;
    await facts.refresh();
    await facts.posted(1);
    expect(ranges.at(-1)?.[1], "no report can be that late").to.equal(179_999);
  });

  describe("keys of an epoch of which no block is final yet (I7)", () => {
    const [old, changed] = [Wallet.createRandom().address.toLowerCase(), Wallet.createRandom().address.toLowerCase()];
    /** Epoch 100 begins at second 1000, which is block 1000. Node 2 changes its key for it in block 995. */
    const openAt = (final: { number: number }, newest: { number: number }) => {
      let [reads, looks] = [0, 0];
      const block = (which: string): { number: number; timestamp: number; hash: string } => {
        if (which === "latest") looks++;
        const { number } = which === "latest" ? newest : final;
        return { number, timestamp: number, hash: `0x${number}` };
      };
      const provider = { getBlock: (which: string) => Promise.resolve(block(which)) } as unknown as Provider;
      const contracts = { nodes: { nodeCount: () => Promise.resolve(BigInt(NODES)) } };
      const nodes = {
        agents: (_: number, first: bigint, count: number, at: number) => {
          reads++;
          const keys = Array.from({ length: count }, (__, i) =>
            getBytes(first + BigInt(i) === 2n && at >= 995 ? changed : old),
          );
          return Promise.resolve(new Uint8Array(keys.flatMap((key) => [...key])));
        },
      } as unknown as NodeReader;
      const facts = new ChainFacts(provider, contracts as unknown as Contracts, clock, 0, "finalized", nodes);
      return { facts, reads: () => reads, looks: () => looks };
    };

    it("should not be taken for what they were when the last final block was made", async () => {
      const final = { number: 990 };
      const { facts, reads } = openAt(final, { number: 1_002 });
      expect(await facts.agentAt(1n, 100), "nothing changed").to.equal(old);
      expect(await facts.agentAt(2n, 100), "neither one").to.equal(ZeroAddress);
      expect(reads(), "a page at each of two blocks").to.equal(2);
      final.number = 1_000;
      await facts.refresh();
      expect(await facts.agentAt(2n, 100)).to.equal(changed);
    });

    it("should ask for the newest block once, however many nodes are heard in one moment", async () => {
      const { facts, looks } = openAt({ number: 990 }, { number: 1_002 });
      const agents = await Promise.all(Array.from({ length: 500 }, () => facts.agentAt(1n, 100)));
      expect(new Set(agents)).to.deep.equal(new Set([old]));
      expect(looks()).to.equal(1);
    });

    it("should be read anew where blocks have been replaced, and be none before there is a block", async () => {
      const newest = { number: 999 };
      const { facts } = openAt({ number: 990 }, newest);
      expect(await facts.agentAt(1n, 100)).to.equal(ZeroAddress);
      newest.number = 1_000;
      expect(await facts.agentAt(1n, 100)).to.equal(old);
      newest.number = 994;
      facts.forgetRecent();
      expect(await facts.agentAt(1n, 100)).to.equal(ZeroAddress);
    });
  });

  it("should read the nodes of an epoch once while it is reported, and not keep those of all epochs", async () => {
    const { facts, asked } = openChain();
    const first = await facts.stateOf(5);
    expect(first.nodes.count).to.equal(NODES);
    expect(await facts.stateOf(5)).to.equal(first);
    expect(asked()).to.equal(NODES);
    await facts.stateOf(6);
    expect(await facts.stateOf(5), "still at hand").to.equal(first);
    await facts.stateOf(7);
    const again = await facts.stateOf(5);
    expect(again, "it was let go").not.to.equal(first);
    expect(again).to.deep.equal(first);
  });
});
