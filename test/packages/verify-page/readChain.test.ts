import type { Server } from "node:http";

import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";

import { hashReport, type BuiltReport } from "@millrace/uptime-tree/format";
import { verifyDataFile } from "@millrace/uptime-tree/verify";

import { readChain } from "../../../packages/verify-page/src/readChain.js";
import { verdictOf, type Verdict } from "../../../packages/verify-page/src/verdictOf.js";
import { rpcServer } from "../../browser/rpcServer.js";
import { forgetWord } from "../../support/forgetWord.js";
import { Evidence } from "../../uptime/evidence.js";
import { deployUptime, type UptimeFixture } from "../../uptime/uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

/** Last bytes of the report before and of the registry's digest: neither is signed by an attestor, nor under the root. */
const [PREVIOUS_AT, REGISTRY_AT] = [95, 127];

describe("what the page says of a file and a chain", () => {
  let at: UptimeFixture;
  let built: BuiltReport;
  let url: string;
  let givesEvents: boolean;
  const servers: Server[] = [];

  before(async () => {
    at = await deployUptime(ethers, networkHelpers);
    const evidence = await Evidence.of(at);
    const heard = (slot: number): bigint[] => (slot < 9 ? evidence.nodeIds : []);
    const said = await Promise.all([0, 1, 2].map((seat) => evidence.tell(0, seat, { heard })));
    built = await evidence.build(0, said);
    const rpc = await rpcServer({
      send: async (method, params) => {
        if (method === "eth_getLogs" && !givesEvents) throw new Error("more than 10000 blocks");
        return (await ethers.provider.send(method, params)) as unknown;
      },
    });
    servers.push(rpc.server);
    ({ url } = rpc);
    givesEvents = true;
  });

  after(() => {
    for (const server of servers) server.close();
  });

  const verdict = async (bytes: Uint8Array, hash?: string): Promise<Verdict> => {
    const file = verifyDataFile(bytes);
    return verdictOf(file, { hash, chain: await readChain(url, file) });
  };
  const changed = (place: number): Uint8Array => {
    const bytes = built.bytes.slice();
    bytes[place] ^= 1;
    return bytes;
  };

  it("should follow a report from none to its end", async () => {
    expect((await verdict(built.bytes)).title).to.match(/^No report/);
    await new Evidence(at, await at.oracle.getAddress()).post(0, built.report);
    expect(await verdict(built.bytes)).to.include({ tone: "good", title: "This is the report on chain" });
    await at.finalise(0);
    expect((await verdict(built.bytes)).detail).to.match(/It is final/);
  });

  it("should find what was changed in the file of a report whose hash the contract has forgotten", async () => {
    await forgetWord(ethers.provider, await at.oracle.getAddress(), hashReport(built.report));
    expect(await at.oracle.reportHashAt(0)).to.equal(ZeroHash);
    expect(await verdict(built.bytes)).to.include({ tone: "good", title: "This is the report on chain" });
    for (const place of [PREVIOUS_AT, REGISTRY_AT])
      expect(await verdict(changed(place)), `byte ${place}`).to.include({ tone: "bad" });
  });

  it("should call nothing the report on chain of which it could compare the root alone", async () => {
    givesEvents = false;
    for (const bytes of [built.bytes, changed(PREVIOUS_AT), changed(REGISTRY_AT)])
      expect(await verdict(bytes)).to.include({ tone: "open", title: "The file gives the root on chain" });
    expect(await verdict(built.bytes, hashReport(built.report)), "as it is typed in").to.include({ tone: "good" });
    expect(await verdict(changed(REGISTRY_AT), hashReport(built.report))).to.include({ tone: "bad" });
  });
});
