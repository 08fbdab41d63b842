import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import hre from "hardhat";

import { Report } from "../../../../scripts/report/Report.js";
import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { MEMBERS, OracleWorld } from "../OracleWorld.js";
import { judge, reportOf } from "./reports.js";

const MEMBER_IDS = Array.from({ length: MEMBERS }, (_, member) => member);
const NODES = [1, 2];
const EPOCH_SECONDS = 24;
const KILLS = 200;
/** How long a step is waited for before another one has its turn. */
const STEP_MS = 60_000;

/** What a member says as it goes through an epoch; it is killed a moment after it. */
const STEPS: readonly (readonly [step: string, line: (epoch: number) => RegExp])[] = [
  ["probed", (epoch) => new RegExp(`"epoch":${epoch},"slot":0.*"msg":"batch signed"`)],
  ["aggregated", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"observation signed"`)],
  ["proposed", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"proposing"`)],
  ["voted", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"voted"`)],
  ["signed", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"report signed"`)],
  ["sent", (epoch) => new RegExp(`"label":"report of epoch ${epoch}".*"msg":"sent"`)],
  ["mined", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"report sent"`)],
  ["recorded", (epoch) => new RegExp(`"epoch":${epoch},.*"msg":"report stands"`)],
];

/** The services as they are, on a real chain, with real peers; whoever takes a step is killed and started again. */
describe("attestors that are killed at every step, as processes", function () {
  if (!hre.globalOptions.long) return;
  this.timeout(0);

  let world: OracleWorld;
  let hosts: HeartbeatHosts;

  before(async () => {
    world = await OracleWorld.start({ epochSeconds: EPOCH_SECONDS });
    hosts = new HeartbeatHosts(world).beat(...NODES);
    await world.enlist(NODES.length);
    await world.chain.mineEvery(1);
    await Promise.all(MEMBER_IDS.map((member) => world.startMember(member)));
    hosts.start();
  });

  after(async () => {
    await hosts.stop();
    await world.end();
  });

  /** Kills the first member that takes a step, within some milliseconds; false when none took it in time. */
  const killAt = async (line: RegExp): Promise<boolean> => {
    const takers = MEMBER_IDS.map(async (member) => {
      await world.processOf(`attestor-${member}`)!.waitForLine(line, STEP_MS);
      return member;
    });
    const member = await Promise.any(takers).catch(() => undefined);
    if (member === undefined) return false;
    await sleep(Math.random() * 30);
    await world.kill(`attestor-${member}`);
    await world.startMember(member);
    return true;
  };

  it(`should survive ${KILLS} kills without a lost epoch, a false slot or a second signature (I7)`, async () => {
    const report = new Report("oracle-cluster-kills");
    const killedAt = new Map<string, number>(STEPS.map(([step]) => [step, 0]));
    const first = world.clock.epochAt(await world.now()) + 1;
    let kills = 0;
    for (let turn = 0; kills < KILLS; turn++) {
      const epoch = Math.max(first, world.clock.epochAt(await world.now()));
      // In each epoch another three steps of the eight, in their order.
      const steps = [0, 3, 5].map((offset) => (turn * 3 + offset) % STEPS.length).sort((a, b) => a - b);
      for (const index of steps) {
        const [step, line] = STEPS[index]!;
        if (kills >= KILLS || !(await killAt(line(epoch)))) continue;
        killedAt.set(step, killedAt.get(step)! + 1);
        kills++;
      }
      hosts.forget(epoch - 30);
    }
    const last = world.clock.epochAt(await world.now()) - 1;
    const lost: number[] = [];
    await world.until(async () => (await world.contracts.uptime.statusOf(last)) !== 0n, `report ${last}`, 300_000);
    for (let epoch = first; epoch <= last; epoch++)
      if ((await world.contracts.uptime.statusOf(epoch)) === 0n) lost.push(epoch);
    expect(lost, "epochs without a report").to.deep.equal([]);
    for (const member of MEMBER_IDS) {
      const built = await reportOf(world, last, member);
      expect(judge(world, hosts, built, MEMBER_IDS).wrong).to.deep.equal([]);
    }
    const doubles = MEMBER_IDS.flatMap((member) =>
      signedTwice(readFileSync(world.logOf(`attestor-${member}`), "utf8")),
    );
    expect(doubles, "signed twice, differently").to.deep.equal([]);
    for (const [step, count] of killedAt) expect(count, step).to.be.greaterThan(0);

    const source = `four attestors as processes on anvil, epochs ${first} to ${last}`;
    const add = (id: string, value: number, what: string): void => {
      report.add({ id, value, unit: "count", what, source });
    };
    for (const [step, count] of killedAt)
      add(`oracle.cluster.kills.${step}`, count, `SIGKILLs within 30 ms after "${step}"`);
    add("oracle.cluster.kills", kills, "SIGKILLs of attestors in all");
    add("oracle.cluster.epochs", last - first + 1, "epochs, all of them reported");
    add("oracle.cluster.double-signatures", doubles.length, "statements of an attestor that exclude each other");
    report.write();
  });
});

/** Statements of which a log has two different ones; a log goes on over all processes of a member. */
function signedTwice(log: string): string[] {
  const hashes = new Map<string, Set<string>>();
  for (const line of log.split("\n")) {
    if (!line.startsWith("{")) continue;
    const entry = JSON.parse(line) as Record<string, unknown> & { readonly msg: string };
    const { msg, epoch, slot, round, root, reportHash } = entry;
    const key =
      msg === "batch signed"
        ? `batch ${String(epoch)}/${String(slot)}`
        : msg === "observation signed" || msg === "report signed"
          ? `${msg} ${String(epoch)}`
          : msg === "voted"
            ? `vote ${String(epoch)}/${String(round)}`
            : undefined;
    if (key === undefined) continue;
    hashes.set(key, (hashes.get(key) ?? new Set()).add(String(root ?? reportHash)));
  }
  return [...hashes].filter(([, all]) => all.size > 1).map(([key]) => key);
}
