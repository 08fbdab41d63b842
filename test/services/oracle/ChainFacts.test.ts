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
