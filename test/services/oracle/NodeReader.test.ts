import { expect } from "chai";
import { id, type TransactionRequest } from "ethers";
import hre from "hardhat";

import type { Contracts } from "@millrace/sdk";

import { NodeReader } from "../../../services/oracle/src/chain/NodeReader.js";
import { manyAtOnce, readMany } from "../../../services/oracle/src/chain/readMany.js";

const { ethers } = await hre.network.create();

/** Nodes of the world: more than fit one call. */
const NODES = 600;

describe("NodeReader", () => {
  const providers = Array.from({ length: 3 }, (_, i) => ethers.getAddress(`0x${String(i + 1).repeat(40)}`));

  /** A world whose nodes are registered, and a provider that counts calls. */
  async function open() {
    const world = await ethers.deployContract("UptimeWorld", [2 ** 40, 40, 20]);
    await world.setNodes(id("registry"), NODES);
    for (const nodeId of [1, 2, 256, 257, 600]) {
      await world.setNode(nodeId, providers[nodeId % 3]!, nodeId, providers[0]!);
    }
    let calls = 0;
    const provider = {
      call: async (request: TransactionRequest): Promise<string> => {
        calls++;
        return await ethers.provider.call(request);
      },
    };
    return { world, provider, calls: () => calls };
  }

  it("should give what asking for each node gives, with a call for hundreds", async () => {
    const { world, provider, calls } = await open();
    const weightAt = world.weightAt.bind(world);
    // The world knows no capacity: the answer of another function of two arguments stands for it.
    const capacity = { getAddress: () => world.getAddress(), hasCapacity: { fragment: world.agentAt.fragment } };
    const contracts = { nodes: world, catalog: { weightAt }, capacity } as unknown as Contracts;
    const block = await ethers.provider.getBlockNumber();
    const read = await new NodeReader(provider, contracts).read(0, NODES, block, block);
    expect(read).to.have.length(NODES);
    expect(calls()).to.equal(3 * Math.ceil(NODES / manyAtOnce(3)));
    for (const nodeId of [1, 2, 3, 255, 256, 257, 258, 599, 600]) {
      const [node, status] = await Promise.all([world.nodeOf(nodeId), world.statusOf(nodeId)]);
      const { provider: owner, units, weight, active } = read[nodeId - 1]!;
      expect([ethers.getAddress(owner), units, weight, active], `node ${nodeId}`).to.deep.equal([
        node.provider,
        Number(node.units),
        Number(await world.weightAt(node.classId, 0)),
        status === 1n,
      ]);
    }
  });

  it("should hand on what the contract refuses with, and ask for no more than a node answers", async () => {
    const { world, provider } = await open();
    const target = await world.getAddress();
    const range = { target, first: 1n, words: 1, blockTag: await ethers.provider.getBlockNumber() };
    const unknown = readMany(provider, { ...range, selector: "0xdeadbeef", count: 2 });
    expect(await unknown.catch((error: unknown) => (error as Error).message)).to.match(/revert/);
    const most = manyAtOnce(1);
    const selector = world.statusOf.fragment.selector;
    expect(await readMany(provider, { ...range, selector, count: most })).to.have.length(32 * most);
    const tooMany = readMany(provider, { ...range, selector, count: most + 1 });
    expect(await tooMany.catch((error: unknown) => (error as Error).message)).to.contain("too many");
    expect(await readMany(provider, { ...range, selector, count: 0 })).to.have.length(0);
  });
});
