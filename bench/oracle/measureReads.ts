import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { toBeHex, type TransactionRequest } from "ethers";

import { openQuorum, type Contracts } from "@millrace/sdk";

import { AgentBook } from "../../services/oracle/src/chain/AgentBook.js";
import { NodeReader } from "../../services/oracle/src/chain/NodeReader.js";
import type { Report } from "../../scripts/report/Report.js";
import {
  CapacityProofs__factory,
  HardwareCatalog__factory,
  NodeRegistry__factory,
} from "../../typechain-types/index.js";
import { seconds } from "./seconds.js";

const PROGRAM = fileURLToPath(new URL("mockChain.ts", import.meta.url));
/** Nodes of the chain that must agree. */
const CHAINS = 3;
/** Nodes of which a heartbeat speaks. */
const OF_A_HOST = 256;

/** What a member reads of the chain in an epoch of many nodes, through three nodes of the chain of which two must agree. */
export async function measureReads(report: Report, count: number): Promise<void> {
  const chains = Array.from({ length: CHAINS }, () => spawn(process.execPath, ["--import", "tsx", PROGRAM]));
  try {
    const rpcUrls = await Promise.all(chains.map(async ({ stdout }) => String((await once(stdout, "data"))[0]).trim()));
    const provider = await openQuorum({ rpcUrls, chainId: 31_337 });
    let calls = 0;
    const counted = {
      call: async (request: TransactionRequest): Promise<string> => {
        calls++;
        return await provider.call(request);
      },
    };
    const address = toBeHex(0xaa, 20);
    const contracts = {
      nodes: NodeRegistry__factory.connect(address, provider),
      capacity: CapacityProofs__factory.connect(address, provider),
      catalog: HardwareCatalog__factory.connect(address, provider),
    } as unknown as Contracts;
    const reader = new NodeReader(counted, contracts);

    const [table, nodeSeconds] = await seconds(() => reader.read(1, count, 16, 16));
    if (table.units[count - 1] !== 0x0101 || table.active[0] !== 1) throw new Error("the nodes were read wrongly");
    const book = new AgentBook(reader);
    const block = { number: 16, nodes: BigInt(count), hasBegun: true };
    const [, agentSeconds] = await seconds(async () => {
      for (let first = 1; first <= count; first += OF_A_HOST) {
        const nodeIds = Array.from({ length: Math.min(OF_A_HOST, count - first + 1) }, (_, i) => BigInt(first + i));
        await Promise.all(nodeIds.map((nodeId) => book.agentAt(nodeId, 1, block)));
      }
    });
    provider.destroy();
    const source = `${count.toLocaleString("en-US")} nodes, through ${CHAINS} nodes of a chain that answer at once`;
    const add = (id: string, value: number, unit: string, what: string): void => {
      report.add({ id, value, unit, what, source });
    };
    add("oracle.reads.calls", calls, "count", "calls in an epoch: facts of all nodes, and the keys of their agents");
    add("oracle.reads.nodes.seconds", nodeSeconds, "s", "CPU time of reading the facts of all nodes");
    add("oracle.reads.agents.seconds", agentSeconds, "s", "CPU time of reading and looking up all agents' keys");
  } finally {
    for (const chain of chains) chain.kill();
  }
}
