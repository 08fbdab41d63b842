import { createServer, type Server } from "node:http";

import { expect } from "chai";
import { ZeroHash } from "ethers";

import { fetchLeaf, PeerClient } from "@millrace/oracle";
import { hashLeaf, StandardTree, type Leaf } from "@millrace/uptime-tree/format";

import { leafJson } from "../../../services/oracle/src/http/createServer.js";
import { serve } from "../../support/serve.js";

const [EPOCH, NODE] = [3, 2n];

describe("fetchLeaf", () => {
  const provider = "0x00000000000000000000000000000000000000AA";
  const facts = { bitmap: 7n, points: 3n, pointsBefore: 0n, rawCumulativeReward: 9n };
  const leaf: Leaf = { epoch: EPOCH, index: 1, nodeId: NODE, provider, ...facts };
  // A report with one leaf.
  const report = { epoch: EPOCH, root: new StandardTree(hashLeaf(leaf)).root };
  const servers: Server[] = [];

  /** An attestor that gives one answer to everything. */
  const attestor = async (status: number, answer: unknown): Promise<PeerClient> => {
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    servers.push(server);
    return new PeerClient(await serve(server), 5_000);
  };
  const shows = async (shown: Leaf, proof: string[] = []) => await attestor(200, { leaf: leafJson(shown), proof });

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("should take the leaf from the first attestor that shows it", async () => {
    const asked = [await shows(leaf), await attestor(500, {})];
    expect(await fetchLeaf(asked, report, NODE)).to.deep.equal({ proven: { leaf, proof: [] }, problems: [] });
  });

  it("should pass over who has none, lies, babbles or is away, and say so of each", async () => {
    const bad = [
      await attestor(404, { code: "NOT_FOUND", message: "not here" }),
      await shows({ ...leaf, rawCumulativeReward: 10n }),
      await shows(leaf, [ZeroHash]),
      await attestor(200, { leaf: "none" }),
      await attestor(200, { leaf: { ...leafJson(leaf), bitmap: `0x${"f".repeat(65)}` }, proof: [] }),
      new PeerClient("http://127.0.0.1:1", 5_000),
    ];
    const codes = ["NOT_FOUND", "FALSE_LEAF", "FALSE_LEAF", "BAD_ANSWER", "BAD_ANSWER", "NO_ANSWER"];
    const { proven, problems } = await fetchLeaf([...bad, await shows(leaf)], report, NODE);
    expect(proven).to.deep.equal({ leaf, proof: [] });
    expect(problems.map(({ code }) => code)).to.deep.equal(codes);
    expect(problems.map(({ url }) => url)).to.deep.equal(bad.map(({ url }) => url));
    expect((await fetchLeaf(bad, report, NODE)).proven).to.equal(undefined);
  });
});
