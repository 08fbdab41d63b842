import { expect } from "chai";
import { id } from "ethers";

import { dataFileSize, MAX_SEATS } from "@millrace/uptime-tree/format";

import type { PeerClient } from "../../../services/oracle/src/http/PeerClient.js";
import { ReportHistory } from "../../../services/oracle/src/member/ReportHistory.js";

const MIB = 2 ** 20;

describe("ReportHistory", () => {
  /** What a peer is allowed to send when there are so many nodes. */
  const allowedWith = async (nodes: number): Promise<number> => {
    let allowed = 0;
    const client = {
      data: (_: string, maxBytes: number) => {
        allowed = maxBytes;
        return Promise.reject(new Error("no such file"));
      },
    } as unknown as PeerClient;
    const facts = { nodeCount: () => Promise.resolve(BigInt(nodes)) };
    const store = { reports: { data: () => undefined } };
    const peers = { find: async (_: string, ask: (peer: PeerClient) => Promise<unknown>) => await ask(client) };
    const history = new ReportHistory(store as never, facts as never, peers as never);
    await history.byHash(id("report")).catch(() => undefined);
    return allowed;
  };

  it("should let a peer send no more than the data file of that many nodes can have", async () => {
    for (const nodes of [0, 10, 1_000]) {
      expect(await allowedWith(nodes)).to.equal(dataFileSize(240, nodes, MAX_SEATS));
    }
    expect(await allowedWith(10)).to.be.lessThan(MIB);
  });

  it("should let it send ten observations of a million nodes, and never more than memory has", async () => {
    expect(await allowedWith(1_000_000)).to.be.at.least(dataFileSize(240, 1_000_000, 10));
    expect(await allowedWith(100_000_000)).to.equal(512 * MIB);
  });
});
