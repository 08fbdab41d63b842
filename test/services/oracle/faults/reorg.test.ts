import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect } from "chai";
import hre from "hardhat";

import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { MEMBERS, OracleWorld, SLOTS } from "../OracleWorld.js";
import { judge, metricOf, reportOf } from "./reports.js";

const MEMBER_IDS = Array.from({ length: MEMBERS }, (_, member) => member);
const NODES = [1, 2];
const EPOCH_SECONDS = 15;
/** Blocks after which one counts. */
const SAFE = 3;

describe("attestors on a chain that is reorganised, as processes", function () {
  if (!hre.globalOptions.long) return;
  this.timeout(0);

  let world: OracleWorld;
  let hosts: HeartbeatHosts;

  before(async () => {
    world = await OracleWorld.start({ epochSeconds: EPOCH_SECONDS, safeBlocks: SAFE });
    hosts = new HeartbeatHosts(world).beat(...NODES);
    await world.enlist(NODES.length);
    await world.chain.mineEvery(1);
    await Promise.all(MEMBER_IDS.map((member) => world.startMember(member, { finality: "safe" })));
    hosts.start();
  });

  after(async () => {
    await hosts.stop();
    await world.end();
  });

  /** Replaces the newest blocks by empty ones; what was in them is gone. */
  const reorganise = async (depth: number): Promise<void> => {
    await world.provider.send("anvil_reorg", [depth, []]);
  };
  const nextEpoch = (): Promise<number> => world.now().then((now) => world.clock.epochAt(now) + 1);
  const isPosted = async (epoch: number): Promise<boolean> => (await world.contracts.uptime.statusOf(epoch)) !== 0n;
  /** Waits until a report is so deep in the chain that it counts. */
  const untilStands = async (epoch: number): Promise<string> => {
    const { uptime } = world.contracts;
    const isSafe = async (): Promise<boolean> => {
      return (await uptime.statusOf(epoch, { blockTag: "safe" }).catch(() => 0n)) !== 0n;
    };
    await world.until(`a safe report of epoch ${epoch}`, isSafe);
    return await uptime.reportHashAt(epoch);
  };

  it("should count heartbeats bound to a block that is replaced, and follow the new ones", async () => {
    const epoch = await nextEpoch();
    await world.until("the second slot", async () => (await world.now()) >= world.clock.slotStart(epoch, 1) + 3);
    const before = await metricOf(world, 0, "reorgs_total");
    await reorganise(2);
    const { judged, wrong } = judge(world, hosts, await reportOf(world, epoch, 0), MEMBER_IDS);
    expect(wrong).to.deep.equal([]);
    expect(judged).to.be.at.least(SLOTS * NODES.length - 2);
    expect(await metricOf(world, 0, "reorgs_total")).to.be.greaterThan(before);
  });

  it("should send the same report again when the transaction that carried it is gone", async () => {
    const epoch = await nextEpoch();
    await world.until(`the report of epoch ${epoch}`, () => isPosted(epoch));
    const first = await world.contracts.uptime.reportHashAt(epoch);
    await reorganise(SAFE);
    expect(await isPosted(epoch), "it is gone").to.equal(false);
    expect(await untilStands(epoch)).to.equal(first);
  });

  it("should make the same report stand again when even blocks that counted are replaced", async () => {
    const epoch = await nextEpoch();
    const first = await world
      .until(`the report of epoch ${epoch}`, () => isPosted(epoch))
      .then(() => untilStands(epoch));
    await world.until("members that build on it", async () => (await metricOf(world, 0, "last_report_epoch")) >= epoch);
    const [posted] = await world.contracts.uptime.queryFilter(world.contracts.uptime.filters.ReportPosted(epoch));
    await reorganise((await world.provider.getBlockNumber()) - posted!.blockNumber + 1);
    expect(await isPosted(epoch), "it is gone").to.equal(false);
    expect(await untilStands(epoch)).to.equal(first);
    await reportOf(world, epoch + 1, 0);
  });

  it("should have signed each thing once through all of this (I7)", async () => {
    await Promise.all(MEMBER_IDS.map((member) => world.stop(`attestor-${member}`)));
    for (const member of MEMBER_IDS) {
      const db = new DatabaseSync(join(world.folder, `attestor-${member}`, "oracle.sqlite"));
      const twice = (table: string, by: string): unknown[] =>
        db.prepare(`SELECT count(DISTINCT root) AS n FROM ${table} GROUP BY ${by} HAVING n > 1`).all();
      expect(twice("batches", "epoch, slot, attestor")).to.deep.equal([]);
      expect(twice("observations", "epoch, attestor")).to.deep.equal([]);
      db.close();
    }
  });
});
