import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { expect } from "chai";
import { id, Wallet } from "ethers";

import { PeerClient } from "@millrace/oracle";
import type { Health } from "../../../../services/oracle/src/http/schemas.js";
import {
  proposalTypes,
  signBatch,
  signHeartbeat,
  uptimeDomain,
  voteTypes,
  type Heartbeat,
} from "@millrace/uptime-tree/format";

import { deepDescribe } from "../../../support/deep.js";
import { toHeartbeatJson } from "../../../../services/oracle/src/store/heartbeatJson.js";
import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { MEMBERS, OracleWorld } from "../OracleWorld.js";
import { judge, metricOf, reportOf } from "./reports.js";

const SLOTS = 4;
const EPOCH_SECONDS = 24;
const NODES = [1, 2];
const MEMBER_IDS = Array.from({ length: MEMBERS }, (_, member) => member);
/** Members whose clocks are wrong, and by how many seconds. */
const CLOCKS = new Map([
  [1, 300],
  [2, -300],
]);
/** The member whose account is emptied, and the one whose disk is filled. */
const [POOR, FULL] = [3, 0];
/** A process with a key that has no seat. */
const STRANGER = MEMBERS;
const RICH = 10n ** 20n;
/** Turns of a member that are waited for. */
const TURNS = 10;

deepDescribe("attestors on broken machines, and what strangers send them, as processes", function () {
  this.timeout(0);

  let world: OracleWorld;
  let hosts: HeartbeatHosts;

  before(async () => {
    world = await OracleWorld.start({ epochSeconds: EPOCH_SECONDS, slots: SLOTS, spare: 1 });
    hosts = new HeartbeatHosts(world).beat(...NODES);
    await world.enlist(NODES.length);
    await world.chain.mineEvery(1);
    await Promise.all(MEMBER_IDS.map((member) => world.startMember(member, {}, CLOCKS.get(member))));
    hosts.start();
  });

  after(async () => {
    await hosts.stop();
    await world.end();
  });

  const healthOf = async (member: number): Promise<Health> => {
    return await new PeerClient(world.urls[member]!, 5_000).health().catch(async () => {
      // 503 has the same body.
      return (await (await fetch(`${world.urls[member]}/health`)).json()) as Health;
    });
  };
  /** Waits for a report and holds it against what all of some members were told. */
  const wholly = async (epoch: number, members = MEMBER_IDS): Promise<void> => {
    const { judged, wrong } = judge(world, hosts, await reportOf(world, epoch, members[0]!), members);
    expect(wrong).to.deep.equal([]);
    expect(judged).to.be.at.least(SLOTS);
  };
  const post = async (member: number, path: string, body: unknown): Promise<[number, string]> => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${world.urls[member]}${path}`, { method: "POST", headers, body: text });
    return [response.status, ((await response.json()) as { code?: string }).code ?? ""];
  };

  it("should agree while one clock is five minutes ahead and one behind, and say whose is wrong", async () => {
    await wholly(await world.nextEpoch());
    for (const member of MEMBER_IDS) {
      const shift = CLOCKS.get(member) ?? 0;
      const { status, warnings } = await healthOf(member);
      expect(status, `attestor ${member}`).to.equal("ok");
      const expected = shift === 0 ? /^$/ : shift > 0 ? /clock is \d+ seconds ahead of/ : /clock is \d+ seconds behind/;
      expect(warnings.join(), `attestor ${member}`).to.match(expected);
      const skew = await metricOf(world, member, "clock_skew_seconds");
      expect(Math.abs(skew - shift), `attestor ${member}: ${skew}`).to.be.below(60);
    }
  });

  it("should refuse statements of a key without a seat, count them, and report as ever", async () => {
    const domain = uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
    // A process of its own, with peers: it may listen and follow, and has nothing to sign.
    await world.startMember(STRANGER);
    const epoch = await world.nextEpoch();
    const stranger = Wallet.createRandom();
    const content = { epoch: epoch - 1, round: 0, reportHash: id("a report") };
    const observations = [{ attestor: stranger.address, root: id("root"), signature: `0x${"11".repeat(64)}` }];
    const votes = [{ attestor: stranger.address, signature: await stranger.signTypedData(domain, voteTypes, content) }];
    const signature = await stranger.signTypedData(domain, proposalTypes, content);
    const batch = await signBatch(new Wallet(stranger.privateKey), domain, { epoch, slot: 0, root: id("batch") });
    await world.until("the close", async () => (await world.contracts.settlement.nextEpochToClose()) >= epoch);
    // In the name of a member it is not signed by it.
    const forged = { ...batch, attestor: world.attestorKey(1).address };
    const proposal = { ...content, observations, signature };
    for (const member of MEMBER_IDS) {
      // A member answers by the newest block that is final to it, which is behind the one with the close.
      const isClosedToIt = async (): Promise<boolean> =>
        (await post(member, "/proposals", proposal))[1] !== "EPOCH_NOT_CLOSED";
      await world.until(`the close, seen by attestor ${member}`, isClosedToIt);
      expect(await post(member, "/batches", [batch])).to.deep.equal([401, "NOT_MEMBER"]);
      expect(await post(member, "/batches", [forged])).to.deep.equal([401, "BAD_SIGNATURE"]);
      expect(await post(member, "/proposals", proposal)).to.deep.equal([401, "NOT_LEADER"]);
      // Votes are looked at for a report that a leader has proposed, as that costs most.
      expect(await post(member, "/locks", { ...content, votes })).to.deep.equal([404, "NOT_FOUND"]);
      for (const outcome of ["NOT_MEMBER", "BAD_SIGNATURE"])
        expect(await metricOf(world, member, "batches_total", `outcome="${outcome}"`), outcome).to.be.at.least(1);
      expect(await metricOf(world, member, "requests_total", `route="/proposals",status="401"`)).to.be.at.least(1);
    }
    await wholly(epoch);
    expect(await metricOf(world, STRANGER, "statements_total")).to.equal(0);
    expect((await healthOf(STRANGER)).status).to.equal("ok");
    expect(readFileSync(world.logOf(`attestor-${STRANGER}`), "utf8")).not.to.match(/"msg":"(batch|report) signed"/);
    await world.stop(`attestor-${STRANGER}`);
  });

  it("should refuse heartbeats that are garbage, stale, of the future, of another chain or key, and count them", async () => {
    const { chainId, contracts } = world.deployment;
    const domain = uptimeDomain(chainId, contracts.UptimeOracle);
    const member = 1;
    const agent = world.agentKey(1);
    await world.nextEpoch();
    // Heartbeats of the chain's first blocks after the genesis and of the newest one.
    const at = async (blockNumber: number): Promise<Heartbeat> => {
      const block = (await world.provider.getBlock(blockNumber))!;
      const [epoch, slot] = [world.clock.epochAt(block.timestamp), world.clock.slotAt(block.timestamp)];
      return { epoch, slot, nodeIds: [1n], blockNumber: BigInt(blockNumber), blockHash: block.hash! };
    };
    const newest = await world.provider.getBlockNumber();
    const good = await at(newest);
    const before = async (outcome: string): Promise<number> => {
      return await metricOf(world, member, "heartbeats_total", `outcome="${outcome}"`);
    };
    const refused: readonly (readonly [what: string, body: string, status: number, code: string, counted?: string])[] =
      [
        ["garbage", "}{", 400, "FST_ERR_CTP_INVALID_JSON_BODY"],
        ["of another form", JSON.stringify({ heartbeat: 1 }), 400, "BAD_REQUEST", "BAD_REQUEST"],
        ["oversize", JSON.stringify("x".repeat(70_000)), 413, "FST_ERR_CTP_BODY_TOO_LARGE"],
        [
          "stale",
          toHeartbeatJson(await signHeartbeat(agent, domain, await at(newest - 3 * world.clock.slotSeconds))),
          422,
          "HEARTBEAT_LATE",
          "HEARTBEAT_LATE",
        ],
        [
          "of the future",
          toHeartbeatJson(
            await signHeartbeat(agent, domain, { ...good, blockNumber: 10n ** 9n, blockHash: id("later") }),
          ),
          422,
          "UNKNOWN_BLOCK",
          "UNKNOWN_BLOCK",
        ],
        [
          "for a slot to come",
          toHeartbeatJson(await signHeartbeat(agent, domain, { ...good, epoch: good.epoch + 1 })),
          422,
          "WRONG_SLOT",
          "WRONG_SLOT",
        ],
        [
          "of another chain",
          toHeartbeatJson(await signHeartbeat(agent, { ...domain, chainId: 1 }, good)),
          401,
          "WRONG_AGENT",
          "WRONG_AGENT",
        ],
        [
          "of another key",
          toHeartbeatJson(await signHeartbeat(world.agentKey(2), domain, good)),
          401,
          "WRONG_AGENT",
          "WRONG_AGENT",
        ],
        [
          "for nodes that there are not",
          toHeartbeatJson(await signHeartbeat(agent, domain, { ...good, nodeIds: [77n, 2n ** 63n] })),
          401,
          "WRONG_AGENT",
          "WRONG_AGENT",
        ],
      ];
    for (const [what, body, status, code, counted] of refused) {
      const count = counted === undefined ? 0 : await before(counted);
      expect(await post(member, "/heartbeats", body), what).to.deep.equal([status, code]);
      if (counted !== undefined) expect(await before(counted), what).to.equal(count + 1);
    }
    // Whoever repeats one that was taken changes nothing, from wherever it was heard.
    const replay = toHeartbeatJson(await signHeartbeat(agent, domain, await at(await world.provider.getBlockNumber())));
    for (let i = 0; i < 3; i++) expect((await post(member, "/heartbeats", replay))[0]).to.equal(200);
  });

  it("should say that there is no money for gas, let others send, and send again when there is some", async () => {
    const poor = world.attestorKey(POOR).address;
    const { uptime } = world.contracts;
    /** The next epoch whose report it leads first. */
    const itsTurn = async (): Promise<number> => {
      for (;;) {
        const epoch = await world.nextEpoch();
        const { seats } = await uptime.setOf(epoch);
        if (seats[epoch % seats.length] === poor) return epoch;
      }
    };
    /** Its first turn that is counted so: on a busy machine one can pass unused, and the next member takes over. */
    const tries = async (counter: string, outcome: string): Promise<number> => {
      const count = (): Promise<number> => metricOf(world, POOR, counter, `outcome="${outcome}"`);
      const before = await count();
      for (let turn = 0; turn < TURNS; turn++) {
        const epoch = await itsTurn();
        await wholly(epoch);
        if ((await count()) > before) return epoch;
      }
      throw new Error(`none of ${TURNS} turns ended with ${outcome}`);
    };
    await world.provider.send("anvil_setBalance", [poor, "0x0"]);
    await world.until("its health", async () => (await healthOf(POOR)).status === "ailing");
    expect((await healthOf(POOR)).problems.join()).to.match(/has 0.0 for gas, too little for a report: send it some/);
    // Who leads first also closes the epoch, and gets no further than that.
    const epoch = await tries("closes_total", "INSUFFICIENT_FUNDS");
    const [posted] = await uptime.queryFilter(uptime.filters.ReportPosted(epoch));
    expect((await posted!.getTransaction()).from, "another one sends it").not.to.equal(poor);
    expect(await metricOf(world, POOR, "balance_wei")).to.equal(0);
    expect(readFileSync(world.logOf(`attestor-${POOR}`), "utf8")).to.contain("too little on the account");

    await world.provider.send("anvil_setBalance", [poor, `0x${RICH.toString(16)}`]);
    await world.until("its health again", async () => (await healthOf(POOR)).status === "ok");
    await tries("reports_total", "sent");
  });

  it("should refuse with a reason on a full disk, sign nothing, and go on when there is room", async () => {
    const { pid } = world.processOf(`attestor-${FULL}`)!;
    /** Files of the process can be no longer than this: what it writes beyond fails, as on a full disk. */
    const limit = (bytes: string): void => {
      execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
    };
    const others = MEMBER_IDS.filter((member) => member !== FULL);
    const count = async (name: string, labels = ""): Promise<number> => await metricOf(world, FULL, name, labels);
    const epoch = await world.nextEpoch();
    limit("1");
    await world.until("a refusal", async () => (await count("heartbeats_total", 'outcome="UNAVAILABLE"')) > 0);
    const block = (await world.provider.getBlock("latest"))!;
    const heartbeat = {
      epoch: world.clock.epochAt(block.timestamp),
      slot: world.clock.slotAt(block.timestamp),
      nodeIds: [1n],
      blockNumber: BigInt(block.number),
      blockHash: block.hash!,
    };
    const domain = uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
    const body = toHeartbeatJson(await signHeartbeat(world.agentKey(1), domain, heartbeat));
    const [status, code] = await post(FULL, "/heartbeats", body);
    // One that was taken before is on the disk.
    if (status !== 200) expect([status, code]).to.deep.equal([503, "UNAVAILABLE"]);
    const statements = await count("statements_total");
    await world.until("its health", async () => (await healthOf(FULL)).status === "ailing");
    expect((await healthOf(FULL)).problems.join()).to.match(/disk of .* takes nothing/);
    expect(await count("step_failures_total", 'code="WRONG_STATE"')).to.be.greaterThan(0);
    await reportOf(world, epoch, others[0]!);
    await wholly(await world.nextEpoch(), others);
    expect(await count("statements_total"), "nothing is signed").to.equal(statements);

    limit("unlimited");
    await world.until("its health again", async () => (await healthOf(FULL)).status === "ok");
    await world.nextEpoch();
    const whole = await world.nextEpoch();
    await wholly(whole);
    expect(await count("statements_total")).to.be.greaterThan(statements);
    for (const member of MEMBER_IDS) expect(await metricOf(world, member, "contradictions_total")).to.equal(0);
    // Nothing is damaged: it starts again on what is there.
    expect(await world.stop(`attestor-${FULL}`)).to.equal(0);
    await world.startMember(FULL);
    await wholly(await world.nextEpoch());
    expect(await world.contracts.uptime.queryFilter(world.contracts.uptime.filters.AttestorConvicted())).to.have.length(
      0,
    );
  });
});
