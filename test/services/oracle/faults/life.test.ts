import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { IEntryPause__factory } from "../../../../typechain-types/index.js";
import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { MEMBERS, OracleWorld } from "../OracleWorld.js";
import { FaultyNode } from "./FaultyNode.js";
import { judge, reportOf } from "./reports.js";

const SLOTS = 6;
const EPOCH_SECONDS = 30;
const NODES = [1, 2];
/** The contract's MAX_LATE_EPOCHS: after as many, a report is refused. */
const MAX_LATE_EPOCHS = 7;
/** The member that is not there at first. */
const NEWCOMER = MEMBERS;
const STOP_MS = 5_000;

describe("what attestors live through, as processes", function () {
  if (!hre.globalOptions.long) return;
  this.timeout(0);

  let world: OracleWorld;
  let hosts: HeartbeatHosts;
  let members = Array.from({ length: MEMBERS }, (_, member) => member);

  before(async () => {
    world = await OracleWorld.start({ epochSeconds: EPOCH_SECONDS, slots: SLOTS, spare: 1 });
    hosts = new HeartbeatHosts(world).beat(...NODES);
    await world.enlist(NODES.length);
    await world.stake(world.attestorKey(NEWCOMER).connect(world.provider));
    await world.chain.mineEvery(1);
    await Promise.all(members.map((member) => world.startMember(member)));
    hosts.start();
  });

  after(async () => {
    await hosts.stop();
    await world.end();
  });

  const keysOf = (who: readonly number[]): string[] => who.map((member) => world.attestorKey(member).address);
  /** Waits for the second slot of the next epoch and gives it. */
  const nextEpoch = async (): Promise<number> => {
    const epoch = world.clock.epochAt(await world.now()) + 1;
    await world.until(
      `the middle of epoch ${epoch}`,
      async () => (await world.now()) > world.clock.slotStart(epoch, 2),
    );
    return epoch;
  };
  const wholly = async (epoch: number, judges: readonly number[]): Promise<void> => {
    const { judged, wrong } = judge(world, hosts, await reportOf(world, epoch, judges[0]!), judges);
    expect(wrong).to.deep.equal([]);
    // A slow machine misses a heartbeat now and then: what was taken by some only proves nothing.
    expect(judged).to.be.at.least(SLOTS);
  };

  it("should report by the set and the keys of the epoch when both change in the middle of it", async () => {
    const { uptime } = world.contracts;
    await world.startMember(NEWCOMER);
    const epoch = await nextEpoch();
    await world.admit(NEWCOMER);
    await (await world.as(world.attestorKey(0)).uptime.resign()).wait();
    const [provider, agent] = [world.providerKey(), world.agentKey(9)];
    const { nodes } = world.as(provider);
    const digest = await nodes.consentDigest(provider.address, agent.address);
    await (await nodes.rotateAgent(2, agent.address, agent.signingKey.sign(digest).serialized)).wait();
    await world.until("its end", async () => (await world.now()) >= world.clock.endOf(epoch));
    hosts.rekey(2, agent);

    const staying = [1, 2, 3];
    await wholly(epoch, staying);
    await wholly(epoch + 1, [...staying, NEWCOMER]);
    expect([...(await uptime.setOf(epoch)).seats]).to.have.members(keysOf([0, ...staying]));
    expect([...(await uptime.setOf(epoch + 1)).seats]).to.have.members(keysOf([...staying, NEWCOMER]));
    members = [...staying, NEWCOMER];
    await world.stop("attestor-0");
  });

  it("should go on while everything that can be paused is paused, and let an attestor leave", async () => {
    const guardian = world.contracts.uptime.runner;
    let paused = 0;
    for (const address of Object.values(world.deployment.contracts)) {
      const isPaused = await IEntryPause__factory.connect(address, guardian)
        .pauseEntries(3_600)
        .then(
          (sent) => sent.wait().then(() => true),
          () => false,
        );
      if (isPaused) paused++;
    }
    expect(paused).to.be.greaterThan(3);
    await wholly(await nextEpoch(), members);
    for (const address of Object.values(world.deployment.contracts)) {
      const sent = await IEntryPause__factory.connect(address, guardian)
        .pauseEntries(0)
        .catch(() => undefined);
      await sent?.wait();
    }
  });

  it("should end within five seconds of SIGTERM in the middle of anything, and go on where it was", async () => {
    const epoch = await nextEpoch();
    for (const member of members) {
      const began = performance.now();
      const code = await world.stop(`attestor-${member}`);
      // `stop` sends SIGKILL after as long: then there is no code.
      expect(code, `${Math.round(performance.now() - began)} of ${STOP_MS} ms`).to.equal(0);
      await world.startMember(member);
    }
    await reportOf(world, epoch, members[0]!);
    await wholly(epoch + 2, members);
  });

  /** Kills everybody, lets a time pass in which nobody is there, and starts all again; gives the epoch of the kill. */
  const outage = async (epochs: number): Promise<number> => {
    const epoch = await nextEpoch();
    await Promise.all(members.map((member) => world.kill(`attestor-${member}`)));
    await world.provider.send("evm_increaseTime", [epochs * EPOCH_SECONDS]);
    await world.until("time to pass", async () => world.clock.epochAt(await world.now()) >= epoch + epochs);
    await Promise.all(members.map((member) => world.startMember(member)));
    return epoch;
  };

  it("should report what it saw before an outage, late", async () => {
    const epoch = await outage(3);
    const { bitmap } = (await reportOf(world, epoch, members[0]!)).leaves.leaf(0);
    expect(bitmap & 1n, "the slots before the kill").to.equal(1n);
    await wholly(await nextEpoch(), members);
  });

  it("should go on after a week without attestors: what is too late has no pot, what comes then is reported", async () => {
    const { uptime, rewards, settlement } = world.contracts;
    const epoch = await outage(MAX_LATE_EPOCHS + 1);
    await wholly(await nextEpoch(), members);
    expect(await uptime.statusOf(epoch), "too late").to.equal(0n);
    const { availability, attestors } = await settlement.potOf(epoch);
    const cancelled = await rewards.cancelPot.staticCall(epoch);
    await (await rewards.cancelPot(epoch)).wait();
    expect(cancelled).to.equal(availability + attestors);
  });

  it("should not start under rules that are not its own, and say which", async () => {
    const node = await FaultyNode.start(world.chain.url);
    node.fault = "other-rules";
    const { code, output } = await world.runMember(0, { rpcUrl: node.url, port: 0 }, []);
    await node.stop();
    expect(code).to.equal(1);
    expect(output).to.match(/follows version 99, this program \d+/);
  });

  it("should not start on a disk that takes nothing, nor on a database that is damaged", async () => {
    // Root may write wherever files can be; here they cannot.
    const readOnly = await world.runMember(0, { port: 0, dataDir: "/sys/attestor" }, []);
    expect(readOnly.output).to.match(/cannot be opened: (EACCES|EPERM|EROFS)/);
    expect(readOnly.code).to.equal(1);

    const member = members[0]!;
    await world.stop(`attestor-${member}`);
    const folder = join(world.folder, `attestor-${member}`);
    expect(readdirSync(folder)).to.contain("oracle.sqlite");
    const file = join(folder, "oracle.sqlite");
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.from(bytes).fill(0xff, 4_096));
    const damaged = await world.runMember(member, { port: 0 }, []);
    expect(damaged.code).to.equal(1);
    expect(damaged.output).to.match(/damaged|cannot be opened/);
    writeFileSync(file, bytes);
    await world.startMember(member);
    await wholly(await nextEpoch(), members);
  });
});
