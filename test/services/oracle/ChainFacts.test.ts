import { expect } from "chai";
import type { Provider } from "ethers";

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
