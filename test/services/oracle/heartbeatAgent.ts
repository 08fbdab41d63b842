import { pathToFileURL } from "node:url";

import { JsonRpcProvider, Wallet } from "ethers";

import { EpochClock } from "@millrace/sdk";
import { signHeartbeat, uptimeDomain } from "@millrace/uptime-tree/format";
import { toHeartbeatJson } from "../../../services/oracle/src/store/heartbeatJson.js";

/** A node's agent as small as it can be: a heartbeat for every block, to every attestor. */
async function main([rpcUrl, oracle, clockJson, privateKey, node, ...urls]: readonly string[]): Promise<never> {
  const clock = new EpochClock(JSON.parse(clockJson!) as EpochClock);
  const provider = new JsonRpcProvider(rpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1 });
  const wallet = new Wallet(privateKey!);
  const { chainId } = await provider.getNetwork();
  const domain = uptimeDomain(chainId, oracle!);
  let last = "";
  process.stdout.write("beating\n");
  for (;;) {
    const block = await provider.getBlock("latest");
    if (block?.hash && block.hash !== last) {
      last = block.hash;
      const signed = await signHeartbeat(wallet, domain, {
        epoch: clock.epochAt(block.timestamp),
        slot: clock.slotAt(block.timestamp),
        nodeIds: [BigInt(node!)],
        blockNumber: BigInt(block.number),
        blockHash: block.hash,
      });
      const body = toHeartbeatJson(signed);
      const headers = { "content-type": "application/json" };
      await Promise.allSettled(urls.map((url) => fetch(`${url}/heartbeats`, { method: "POST", headers, body })));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
