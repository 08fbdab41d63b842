import { expect } from "chai";
import { id, type TransactionRequest } from "ethers";
import hre from "hardhat";

import type { Contracts } from "@millrace/sdk";

import { NodeReader } from "../../../services/oracle/src/chain/NodeReader.js";
import { manyAtOnce, readMany, type ViewFunction } from "../../../services/oracle/src/chain/readMany.js";

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
    expect(read.count).to.equal(NODES);
    expect(calls(), "nodes and their status together, then capacity; 450 at once").to.equal(2 * 2);
    for (const nodeId of [1, 2, 3, 255, 256, 257, 258, 599, 600]) {
      const [node, status, passed] = await Promise.all([
        world.nodeOf(nodeId),
        world.statusOf(nodeId),
        world.agentAt(nodeId, 0),
      ]);
      const index = nodeId - 1;
      expect(
        [read.provider(index), read.units[index], read.weights[index], read.active[index], read.capacityPassed[index]],
        `node ${nodeId}`,
      ).to.deep.equal([
        node.provider,
        Number(node.units),
        Number(await world.weightAt(node.classId, 0)),
        status === 1n ? 1 : 0,
        // The last byte of what stands for the capacity here.
        Number(BigInt(passed) & 0xffn),
      ]);
    }
  });

  it("should hand on what the contract refuses with, and ask for no more than a node answers", async () => {
    const { world, provider } = await open();
    const target = await world.getAddress();
    const blockTag = await ethers.provider.getBlockNumber();
    const { selector } = world.statusOf.fragment;
    const ask = async (of: Partial<ViewFunction>, count: number): Promise<Uint8Array> => {
      const functions = [{ target, selector, take: [{ word: 0, bytes: 32 }], ...of }];
      return await readMany(provider, { functions, first: 1n, count, blockTag });
    };
    const refusal = async (asked: Promise<unknown>): Promise<unknown> => {
      return await asked.catch((error: unknown) => (error as Error).message);
    };
    expect(await refusal(ask({ selector: "0xdeadbeef" }, 2))).to.match(/revert/);
    expect(await refusal(ask({ target: providers[0]! }, 2)), "no contract").to.match(/revert/);
    const most = manyAtOnce([{ target, selector, take: [{ word: 0, bytes: 32 }] }]);
    expect(await ask({}, most)).to.have.length(32 * most);
    expect(await refusal(ask({}, most + 1))).to.contain("too many");
    expect(await ask({}, 0)).to.have.length(0);
  });

  it("should give answers that begin with any byte, also the one that no code may begin with (EIP-3541)", async () => {
    const { world, provider } = await open();
    const owner = ethers.getAddress(`0xef${"12".repeat(19)}`);
    await world.setNode(1, owner, 7, providers[0]!);
    const functions = [
      {
        target: await world.getAddress(),
        selector: world.nodeOf.fragment.selector,
        take: [
          { word: 0, bytes: 20 },
          { word: 1, bytes: 3 },
        ],
      },
    ];
    const blockTag = await ethers.provider.getBlockNumber();
    const rows = await readMany(provider, { functions, first: 1n, count: 2, blockTag });
    const { classId } = await world.nodeOf(1);
    expect(ethers.hexlify(rows.subarray(0, 23))).to.equal(owner.toLowerCase() + classId.toString(16).padStart(6, "0"));
    expect(rows).to.have.length(46);
  });
});
