import { pathToFileURL } from "node:url";

import { JsonRpcProvider, Wallet } from "ethers";

import { signHeartbeat, uptimeDomain } from "@millrace/uptime-tree";

/** A node's agent as small as it can be: a heartbeat for every block, to every attestor. */
async function main([rpcUrl, oracle, privateKey, node, ...urls]: readonly string[]): Promise<never> {
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
      const heartbeat = { nodeIds: [BigInt(node!)], blockNumber: BigInt(block.number), blockHash: block.hash };
      const body = JSON.stringify(await signHeartbeat(wallet, domain, heartbeat));
      const headers = { "content-type": "application/json" };
      await Promise.allSettled(urls.map((url) => fetch(`${url}/heartbeats`, { method: "POST", headers, body })));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
