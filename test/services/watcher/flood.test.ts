import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

import { sleep } from "@millrace/sdk";
import { encodeBundle } from "@millrace/tensor";
import { expect } from "chai";

import { freePort } from "../../../scripts/local/freePort.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { serve } from "../../support/serve.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";

const SUBMITTED = 7n;
/** The last of them is due first. */
const WINDOWS = [3_000, 3_000, 3_000, 2_000];

describe("a watcher that comes back to many claims", function () {
  let world: AgentWorld;
  let party: Party;
  let host: Server;
  let hostUrl: string;
  /** Bundles that were asked for, in their order, and how many of them at the same time. */
  let asked: string[];
  let most: number;

  before(async () => {
    world = await AgentWorld.start();
    party = await world.addParty("honest", WINDOWS.length);
    await world.mineEverySecond();
    let underWay = 0;
    host = createServer((request, response) => {
      void (async () => {
        const path = request.url ?? "";
        asked.push(path.split("/")[1] ?? "");
        underWay += 1;
        most = Math.max(most, underWay);
        await sleep(200);
        underWay -= 1;
        response.end(readFileSync(join(world.folder, "bundles", path)));
      })();
    });
    hostUrl = await serve(host);
  });

  after(async () => {
    host.close();
    await world.end();
  });

  it("should hold the data of as many as it executes, and take first what is due first", async () => {
    [asked, most] = [[], 0];
    await world.startAgent(party, { policy: { maxConcurrentTasks: WINDOWS.length } });
    const bundles = WINDOWS.map((_, seed) => sampleBundle(seed + 1));
    const hashes = bundles.map((bundle) => encodeBundle(bundle).bundleHash);
    for (const [i, bundle] of bundles.entries()) {
      const dataUri = `${hostUrl}/${hashes[i]}`;
      const terms = { windowSeconds: WINDOWS[i]!, responseSeconds: 60, nodeIds: [party.nodeId], dataUri };
      const taskId = await world.openTask(bundle, terms);
      await world.until("the claim", async () => (await world.contracts.tasks.statusOf(taskId)) === SUBMITTED);
    }
    [asked, most] = [[], 0];
    const port = await freePort();
    await world.startWatcher({ port, maxParallel: 1 });
    await world.until("all verdicts", async () => {
      const health = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
      return (health as { claims: Record<string, number> }).claims["right"] === WINDOWS.length;
    });
    expect(most).to.equal(1);
    // Whichever was read first is under way before the others are known.
    expect([...new Set(asked)].indexOf(hashes.at(-1)!)).to.be.at.most(1);
  });
});
