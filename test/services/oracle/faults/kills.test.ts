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
const EPOCH_SECONDS = 18;
const KILLS = 200;
/** Some steps are taken by every member in every slot, others by one an epoch: none has more than its part. */
const MOST_OF_A_STEP = 40;
const LEAST_OF_A_STEP = 5;
const STEP_MS = 120_000;

/** What a member says as it goes through an epoch; it is killed a moment after it. */
const STEPS = {
  probed: /"msg":"batch signed"/,
  aggregated: /"msg":"observation signed"/,
  proposed: /"msg":"proposing"/,
  voted: /"msg":"voted"/,
  locked: /"msg":"locked"/,
  signed: /"msg":"report signed"/,
  sent: /"label":"report of epoch \d+".*"msg":"sent"/,
  mined: /"msg":"report sent"/,
  recorded: /"msg":"report stands"/,
} as const;
type Step = keyof typeof STEPS;

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

  /** Kills the first member that takes one of some steps, within some milliseconds; the step. */
  const killAtAny = async (steps: readonly Step[]): Promise<Step> => {
    const line = new RegExp(steps.map((step) => STEPS[step].source).join("|"));
    const takers = MEMBER_IDS.map(async (member) => {
      return [member, await world.processOf(`attestor-${member}`)!.waitForLine(line, STEP_MS, true)] as const;
    });
    const [member, taken] = await Promise.any(takers);
    await sleep(Math.random() * 30);
    await world.kill(`attestor-${member}`);
    await world.startMember(member);
    return steps.find((step) => STEPS[step].test(taken))!;
  };

  it(`should survive ${KILLS} kills without a lost epoch, a false slot or a second signature (I7)`, async () => {
    const report = new Report("oracle-cluster-kills");
    const killedAt = new Map(Object.keys(STEPS).map((step) => [step as Step, 0]));
    const first = world.clock.epochAt(await world.now()) + 1;
    for (let kills = 0; kills < KILLS; kills++) {
      // The rarest first: what comes often is waited for once the others have had their part.
      const fewest = Math.min(...killedAt.values());
      const wanted = [...killedAt].filter(([, count]) => count < Math.min(MOST_OF_A_STEP, fewest + 10));
      const step = await killAtAny(wanted.map(([each]) => each));
      killedAt.set(step, killedAt.get(step)! + 1);
      hosts.forget(world.clock.epochAt(await world.now()) - 30);
    }
    const last = world.clock.epochAt(await world.now()) - 1;
    const lost: number[] = [];
    await world.until(`report ${last}`, async () => (await world.contracts.uptime.statusOf(last)) !== 0n);
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
    for (const [step, count] of killedAt) expect(count, step).to.be.at.least(LEAST_OF_A_STEP);

    const source = `four attestors as processes on anvil, epochs ${first} to ${last}`;
    const add = (id: string, value: number, what: string): void => {
      report.add({ id, value, unit: "count", what, source });
    };
    for (const [step, count] of killedAt)
      add(`oracle.cluster.kills.${step}`, count, `SIGKILLs within 30 ms after "${step}"`);
    add("oracle.cluster.kills", KILLS, "SIGKILLs of attestors in all");
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
