import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect } from "chai";

import { PeerClient } from "@millrace/oracle";
import { countUp } from "@millrace/uptime-tree/format";
import {
  buildReport,
  decodeDataFile,
  hashReport,
  heartbeatHash,
  type Receipt,
  uptimeDomain,
  verifyReceipt,
} from "@millrace/uptime-tree/format";

import { fromHeartbeatJson } from "../../../services/oracle/src/store/heartbeatJson.js";
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
    await world!.until("the second slot", async () => (await world!.now()) >= clock.slotStart(epoch, 1) + 1);
    await Promise.all([world!.kill("agent-2"), world!.kill("attestor-0")]);
    const killedIn = clock.slotAt(await world!.now());
    await world!.startMember(0);
    await world!.until(`report ${epoch}`, async () => (await contracts.uptime.statusOf(epoch)) !== 0n);

    const [up, down] = await Promise.all([1n, 2n].map((nodeId) => world!.leaf(epoch, nodeId)));
    expect(countUp(up!.leaf.bitmap)).to.equal(SLOTS);
    const slots = Array.from({ length: SLOTS }, (_, slot) => ((down!.leaf.bitmap >> BigInt(slot)) & 1n) === 1n);
    const expected = slots.map((_, slot) => slot < killedIn);
    expect(slots.toSpliced(killedIn, 1), "up before, down after").to.deep.equal(expected.toSpliced(killedIn, 1));
    expect(slots.slice(killedIn + 1)).not.to.be.empty;

    await world!.until("the end of the window", async () => await contracts.uptime.isFinal(epoch));
    for (const { leaf, proof } of [up!, down!]) await contracts.uptime.verifyFinal(leaf, proof);
    await (await contracts.rewards.collect(up!.leaf, up!.proof)).wait();
    expect((await contracts.rewards.collectionOf(1)).mill).to.equal(up!.leaf.rawCumulativeReward);
    expect(up!.leaf.rawCumulativeReward > 0n).to.equal(true);
  });

  it("should serve a data file from which anyone gets the same report, also from the member that was away", async () => {
    const [reportHash, epoch] = await world!.contracts.uptime.newestReport();
    for (const url of world!.urls) {
      const response = await fetch(`${url}/epochs/${epoch}/data`);
      const built = buildReport(decodeDataFile(new Uint8Array(await response.arrayBuffer())));
      expect(hashReport(built.report)).to.equal(reportHash);
    }
    expect((await new PeerClient(world!.urls[0]!, 5_000).health()).status).to.equal("ok");
  });

  it("should give receipts for what it saw, which anybody can check, and the heartbeat behind them", async () => {
    const epoch = world!.clock.epochAt(await world!.now()) + 1;
    const batchesAt = async (url: string): Promise<number> => {
      return ((await (await fetch(`${url}/batches/${epoch}/0`)).json()) as unknown[]).length;
    };
    await world!.until("everybody's batches everywhere", async () =>
      (await Promise.all(world!.urls.map(batchesAt))).every((count) => count === MEMBERS),
    );
    const domain = uptimeDomain(world!.deployment.chainId, world!.deployment.contracts.UptimeOracle);
    const body = JSON.stringify({ epoch, slot: 0, nodeIds: ["1", "7"] });
    for (const [member, url] of world!.urls.entries()) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/receipts`, { method: "POST", headers, body });
      const { receipts } = (await response.json()) as { receipts: (Receipt & { nodeId: string })[] };
      expect(receipts).to.have.length(1);
      const receipt = { ...receipts[0]!, nodeId: BigInt(receipts[0]!.nodeId) };
      verifyReceipt(domain, receipt);
      expect(receipt.attestor).to.equal(world!.attestorKey(member).address);
      const heartbeat = await (await fetch(`${url}/evidence/${epoch}/0/1`)).text();
      expect(heartbeatHash(domain, fromHeartbeatJson(heartbeat))).to.equal(receipt.heartbeatHash);
    }
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
    const { clock } = world!;
    const request = {
      epoch: clock.epochAt(block.timestamp),
      slot: clock.slotAt(block.timestamp),
      nodeIds: ["1"],
      blockNumber: String(block.number),
      blockHash: block.hash!,
      signature: "0x" + "11".repeat(64),
    };
    // First, while its slot is open: on a busy machine it is over when all others were sent.
    expect((await post(request))[0]).to.equal(401);
    expect(await post("{")).to.deep.equal([400, "FST_ERR_CTP_INVALID_JSON_BODY"]);
    expect(await post("x".repeat(100_000))).to.deep.equal([413, "FST_ERR_CTP_BODY_TOO_LARGE"]);
    for (const nodeIds of [[], ["2", "1"], ["0"], [1], Array.from({ length: 257 }, (_, i) => String(i + 1))]) {
      expect(await post({ ...request, nodeIds })).to.deep.equal([400, "BAD_REQUEST"]);
    }
    expect(await post({ ...request, extra: 1 })).to.deep.equal([400, "BAD_REQUEST"]);
    expect(await post({ ...request, blockHash: "0x" + "22".repeat(32) })).to.deep.equal([422, "UNKNOWN_BLOCK"]);
    expect(await post({ ...request, blockNumber: "1" })).to.deep.equal([422, "UNKNOWN_BLOCK"]);
    expect(await post({ ...request, slot: (request.slot + 1) % SLOTS })).to.deep.equal([422, "WRONG_SLOT"]);
    expect(await post({ ...request, epoch: request.epoch + 1 })).to.deep.equal([422, "WRONG_SLOT"]);
    const metrics = await (await fetch(`${world!.urls[1]}/metrics`)).text();
    for (const outcome of ["accepted", "UNKNOWN_BLOCK", "WRONG_SLOT", "BAD_REQUEST"])
      expect(metrics).to.match(new RegExp(`heartbeats_total\\{outcome="${outcome}"\\} [1-9]`));
  });

  it("should only look with --check or without a key, and say in one line why it does not start", async () => {
    const checked = await world!.runMember(0, { peers: world!.urls }, ["--check"]);
    expect(checked.code).to.equal(0);
    for (const line of ["is latest", "has a seat in", "for gas", "has the key itself", "Nothing was signed"])
      expect(checked.output).to.contain(line);
    const keyless = await world!.runMember(0, {}, [], "");
    expect(keyless.code).to.equal(0);
    expect(keyless.output).to.contain("There is no key");

    const refused = async (fields: Record<string, unknown>): Promise<string> => {
      const { code, output } = await world!.runMember(0, fields, []);
      expect(code).to.equal(1);
      const lines = output.split("\n").filter((line) => line.startsWith("oracle: "));
      expect(lines).to.have.length(1);
      return lines[0]!;
    };
    expect(await refused({ port: "eighty" })).to.contain("port");
    expect(await refused({ chainId: 5 })).to.contain("not chain 5");
    // The member itself runs: another process with its key must not, whatever its folder.
    expect(await refused({ port: 0, dataDir: join(world!.folder, "another") })).to.contain("Another process");
  });

  it("should end cleanly on SIGTERM, and have signed one observation and one report an epoch (I7)", async () => {
    const codes = await Promise.all(members.map((member) => world!.stop(`attestor-${member}`)));
    expect(codes).to.deep.equal(members.map(() => 0));
    for (const member of members) {
      const db = new DatabaseSync(join(world!.folder, `attestor-${member}`, "oracle.sqlite"));
      const own = db
        .prepare("SELECT count(DISTINCT root) AS n FROM observations WHERE attestor = ? GROUP BY epoch")
        .all(world!.attestorKey(member).address);
      db.close();
      expect(own).not.to.be.empty;
      for (const { n } of own) expect(n).to.equal(1);
    }
  });
});
