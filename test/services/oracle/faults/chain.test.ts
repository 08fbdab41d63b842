import { expect } from "chai";
import hre from "hardhat";

import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { MEMBERS, OracleWorld } from "../OracleWorld.js";
import { FaultyNode, type NodeFault } from "./FaultyNode.js";
import { judge, metricOf, reportOf } from "./reports.js";

const MEMBER_IDS = Array.from({ length: MEMBERS }, (_, member) => member);
const NODES = [1, 2];
/** Nobody sees an epoch in which no node answers; that it stays empty is known after two rounds of each member, eight of two slots. */
const EPOCH_SECONDS = 24;
const SLOTS = 6;

/** Each member reads the same three nodes, and believes what two of them say. */
describe("attestors whose view of the chain is broken, as processes", function () {
  if (!hre.globalOptions.long) return;
  this.timeout(0);

  let world: OracleWorld;
  let nodes: FaultyNode[] = [];
  let hosts: HeartbeatHosts;

  before(async () => {
    world = await OracleWorld.start({ epochSeconds: EPOCH_SECONDS, slots: SLOTS });
    nodes = await Promise.all([0, 1, 2].map(() => FaultyNode.start(world.chain.url)));
    hosts = new HeartbeatHosts(world).beat(...NODES);
    await world.enlist(NODES.length);
    await world.chain.mineEvery(1);
    const [rpcUrl, ...rpcUrls] = nodes.map(({ url }) => url);
    await Promise.all(MEMBER_IDS.map((member) => world.startMember(member, { rpcUrl, rpcUrls })));
    hosts.start();
  });

  after(async () => {
    await hosts.stop();
    await world.end();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  const breakNodes = (fault: NodeFault, which: readonly number[]): void => {
    nodes.forEach((node, i) => {
      node.fault = which.includes(i) ? fault : "none";
    });
  };
  const heal = (): void => {
    breakNodes("none", []);
  };
  const statements = async (): Promise<number> => {
    const counts = await Promise.all(MEMBER_IDS.map((member) => metricOf(world, member, "statements_total")));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const faults = async (code: string): Promise<number> => await metricOf(world, 0, "rpc_faults_total", code);

  const one: readonly (readonly [fault: NodeFault, what: string, code?: string])[] = [
    ["dead", "does not answer", "BAD_ANSWER"],
    ["throttling", "answers 429 to everything", "THROTTLED"],
    ["wrong-chain", "is of another chain"],
    ["stale", "shows a head of half a minute ago"],
    ["forked", "follows a fork"],
    ["truncated-logs", "shows no logs"],
    ["null-receipts", "knows no receipts"],
    ["cut-off", "cuts its answers off", "BAD_ANSWER"],
    ["lying-calls", "lies about who attests and which nodes there are"],
  ];
  for (const [fault, what, code] of one) {
    it(`should report an epoch as it was while one of three nodes ${what} (X-51)`, async () => {
      const epoch = await world.nextEpoch();
      const before = await statements();
      const counted = code === undefined ? 0 : await faults(code);
      breakNodes(fault, [2]);
      const { judged, wrong } = judge(world, hosts, await reportOf(world, epoch, 0), MEMBER_IDS);
      if (code !== undefined) expect(await faults(code), "faults are counted").to.be.greaterThan(counted);
      heal();
      expect(wrong).to.deep.equal([]);
      expect(judged).to.be.at.least(SLOTS);
      expect(await statements()).to.be.greaterThan(before);
    });
  }

  /** What holds while no quorum of nodes says the same: nobody signs; and afterwards: nothing was lost. */
  const standsStill = async (breaking: () => void): Promise<void> => {
    const epoch = await world.nextEpoch();
    breaking();
    // What was asked before is answered, what was begun is ended.
    await world.until("silence", async () => await isSettled(statements));
    const before = await statements();
    const end = world.clock.endOf(epoch) + world.clock.slotSeconds;
    await world.until("the end of the epoch", async () => (await world.now()) >= end);
    expect(await statements(), "nothing is signed").to.equal(before);
    for (const url of world.urls) expect((await fetch(`${url}/health`)).status, url).to.equal(503);
    heal();
    await reportOf(world, await world.nextEpoch(), 0);
    for (const url of world.urls) await world.until(`health of ${url}`, async () => (await fetch(`${url}/health`)).ok);
  };

  it("should sign nothing while no node answers, and go on when they do", async () => {
    await standsStill(() => {
      breakNodes("dead", [0, 1, 2]);
    });
  });

  it("should sign nothing while 429 comes from all", async () => {
    await standsStill(() => {
      breakNodes("throttling", [0, 1, 2]);
    });
  });

  it("should not be driven to a lying node by an attack on the others (X-51)", async () => {
    await standsStill(() => {
      breakNodes("throttling", [0, 1]);
      nodes[2]!.fault = "lying-calls";
    });
  });

  it("should sign nothing while two of three nodes lie, each in its own way", async () => {
    await standsStill(() => {
      nodes[1]!.fault = "forked";
      nodes[2]!.fault = "stale";
    });
  });

  async function isSettled(read: () => Promise<number>): Promise<boolean> {
    const before = await read();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    return (await read()) === before;
  }
});
