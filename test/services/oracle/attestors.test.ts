import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect } from "chai";

import { fetchLeaf, PeerClient } from "@millrace/oracle";
import { buildReport, countUp, decodeEpochData, hashReport } from "@millrace/uptime-tree";

import { OracleWorld, MEMBERS, SLOTS } from "./OracleWorld.js";

describe("attestors as processes", () => {
  let world: OracleWorld | undefined;
  const members = Array.from({ length: MEMBERS }, (_, member) => member);

  before(async () => {
    world = await OracleWorld.start();
    await world.enlist(2);
    await world.chain.mineEvery(1);
    await Promise.all(members.map((member) => world!.startMember(member)));
    await Promise.all([1, 2].map((node) => world!.startAgent(node)));
  });

  after(async () => {
    await world?.end();
  });

  it("should report a killed node down, the other up, while one of four members is killed and comes back", async () => {
    const { clock, contracts } = world!;
    // The first epoch that begins with everybody there.
    const epoch = clock.epochAt(await world!.now()) + 1;
    await world!.until(async () => (await world!.now()) >= clock.slotStart(epoch, 1) + 1, "the second slot");
    await Promise.all([world!.kill("agent-2"), world!.kill("attestor-0")]);
    const killedIn = clock.slotAt(await world!.now());
    await world!.startMember(0);
    await world!.until(async () => (await contracts.uptime.reportOf(epoch)).postedAt !== 0n, `report ${epoch}`);

    const [up, down] = await Promise.all([1n, 2n].map((nodeId) => fetchLeaf(world!.urls, epoch, nodeId)));
    expect(countUp(up!.leaf.bitmap)).to.equal(SLOTS);
    const slots = Array.from({ length: SLOTS }, (_, slot) => ((down!.leaf.bitmap >> BigInt(slot)) & 1n) === 1n);
    const expected = slots.map((_, slot) => slot < killedIn);
    expect(slots.toSpliced(killedIn, 1), "up before, down after").to.deep.equal(expected.toSpliced(killedIn, 1));
    expect(slots.slice(killedIn + 1)).not.to.be.empty;

    await world!.until(async () => await contracts.uptime.isFinal(epoch), "the end of the window");
    for (const { leaf, proof } of [up!, down!]) await contracts.uptime.verifyFinal(leaf, proof);
    await (await contracts.uptime.collect(up!.leaf, up!.proof)).wait();
    expect((await contracts.uptime.collectionOf(1)).mill).to.equal(up!.leaf.rawCumulativeReward);
    expect(up!.leaf.rawCumulativeReward > 0n).to.equal(true);
  });

  it("should serve a data file from which anyone gets the same report, also from the member that was away", async () => {
    const [reportHash, epoch] = await world!.contracts.uptime.newestReport();
    for (const url of world!.urls) {
      const response = await fetch(`${url}/epochs/${epoch}/data`);
      const built = buildReport(decodeEpochData(new Uint8Array(await response.arrayBuffer())));
      expect(hashReport(built.report)).to.equal(reportHash);
    }
    expect((await new PeerClient(world!.urls[0]!, 5_000).health()).status).to.equal("ok");
  });

  it("should refuse what is malformed, unknown, late or of another key", async () => {
    const post = async (body: unknown): Promise<[number, string]> => {
      const response = await fetch(`${world!.urls[1]}/heartbeats`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    const block = (await world!.provider.getBlock("latest"))!;
    const signature = "0x" + "11".repeat(65);
    const request = { nodeIds: ["1"], blockNumber: String(block.number), blockHash: block.hash!, signature };
    expect(await post("{")).to.deep.equal([400, "FST_ERR_CTP_INVALID_JSON_BODY"]);
    expect(await post("x".repeat(100_000))).to.deep.equal([413, "FST_ERR_CTP_BODY_TOO_LARGE"]);
    for (const nodeIds of [[], ["2", "1"], ["0"], [1], Array.from({ length: 257 }, (_, i) => String(i + 1))]) {
      expect(await post({ ...request, nodeIds })).to.deep.equal([400, "BAD_REQUEST"]);
    }
    expect(await post({ ...request, extra: 1 })).to.deep.equal([400, "BAD_REQUEST"]);
    expect(await post({ ...request, blockHash: "0x" + "22".repeat(32) })).to.deep.equal([422, "UNKNOWN_BLOCK"]);
    expect(await post({ ...request, blockNumber: "1" })).to.deep.equal([422, "UNKNOWN_BLOCK"]);
    expect((await post(request))[0]).to.equal(401);
  });

  it("should end cleanly on SIGTERM, and have signed one observation and one report an epoch (I7)", async () => {
    const codes = await Promise.all(members.map((member) => world!.stop(`attestor-${member}`)));
    expect(codes).to.deep.equal(members.map(() => 0));
    for (const member of members) {
      const db = new DatabaseSync(join(world!.folder, `attestor-${member}`, "oracle.sqlite"));
      const own = db
        .prepare("SELECT count(DISTINCT content_hash) AS n FROM observations WHERE attestor = ? GROUP BY epoch")
        .all(world!.attestorKey(member).address);
      db.close();
      expect(own).not.to.be.empty;
      for (const { n } of own) expect(n).to.equal(1);
    }
  });
});
