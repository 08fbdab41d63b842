import { expect } from "chai";

import { deepDescribe } from "../../../support/deep.js";
import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { OracleWorld, type WorldOptions } from "../OracleWorld.js";
import { accuseAll, slashed } from "./accuse.js";
import { FaultyAttestor, type Misdeed } from "./FaultyAttestor.js";
import { judge, metricOf, reportOf } from "./reports.js";

/** Nodes with a host, and one more that nobody ever heard. */
const HEARD = [1, 2];
const NODES = HEARD.length + 1;
/** Of `IUptimeProofs.Contradiction`. */
const HIDDEN_SIGHTING = 4n;

/** A world in which some members are faulty. */
class Arena {
  readonly hosts: HeartbeatHosts;
  readonly honest: number[];

  private constructor(
    readonly world: OracleWorld,
    readonly faulty: readonly FaultyAttestor[],
  ) {
    this.hosts = new HeartbeatHosts(world).beat(...HEARD);
    const guilty = faulty.map(({ member }) => member);
    this.honest = Array.from({ length: world.members }, (_, member) => member).filter((each) => !guilty.includes(each));
  }

  static async start(faults: number, options: WorldOptions): Promise<Arena> {
    const world = await OracleWorld.start(options);
    const guilty = Array.from({ length: faults }, (_, i) => world.members - 1 - i);
    const arena = new Arena(
      world,
      guilty.map((member) => new FaultyAttestor(world, member)),
    );
    try {
      await world.enlist(NODES);
      await world.chain.mineEvery(1);
      await Promise.all(arena.honest.map((member) => world.startMember(member)));
      await Promise.all(arena.faulty.map((each) => each.start()));
      arena.hosts.start();
      return arena;
    } catch (error) {
      await arena.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.hosts.stop();
    await Promise.all(this.faulty.map((each) => each.stop().catch(() => undefined)));
    await this.world.end();
  }

  /** Lets the faulty do something for one epoch, and holds its report against the truth; gives the epoch. */
  async play(misdeeds: readonly Misdeed[]): Promise<number> {
    const { world, hosts, honest } = this;
    const epoch = world.clock.epochAt(await world.now()) + 1;
    this.faulty.forEach((each, i) => {
      each.plans(epoch, misdeeds[i] ?? "passive");
    });
    await world.until(`epoch ${epoch}`, async () => (await world.now()) >= world.clock.startOf(epoch));
    const built = await reportOf(world, epoch, honest[0]!);
    const { judged, wrong } = judge(world, hosts, built, honest);
    const about = `epoch ${epoch}, ${misdeeds.join(" and ")}`;
    expect(wrong, about).to.deep.equal([]);
    expect(judged, about).to.be.at.least(world.clock.slotsPerEpoch + 1);
    return epoch;
  }
}

deepDescribe("attestors that break the rules, as processes", function () {
  this.timeout(0);

  let arena: Arena | undefined;

  afterEach(async () => {
    await arena?.end();
    arena = undefined;
  });

  it("should report a node that one of four gives receipts and hides, and slash that one (I7)", async () => {
    arena = await Arena.start(1, {});
    const { world, faulty, honest } = arena;
    const epoch = await arena.play(["hiding"]);
    // Nobody else accuses anyone: the other members' services prove it.
    await world.until("the proof", async () => (await slashed(world)).length > 0);
    const { uptime, uptimeProofs: proofs } = world.contracts;
    const [proof, ...others] = await proofs.queryFilter(proofs.filters.ContradictionProven());
    expect(others).to.deep.equal([]);
    const { seats } = await uptime.setOf(epoch);
    expect([proof!.args.kind, seats[Number(proof!.args.seat)]]).to.deep.equal([
      HIDDEN_SIGHTING,
      world.attestorKey(faulty[0]!.member).address,
    ]);
    expect(honest.map((member) => world.attestorKey(member).address)).to.include(proof!.args.reporter);
    // Whoever tries to hold something against the others fails, too.
    await accuseAll(world, epoch);
    expect(await slashed(world)).to.deep.equal(faulty.map(({ member }) => member));
  });

  it("should report beside one of four that is silent, slow, lying, flooding or worse, and slash only for two faces (I7)", async () => {
    arena = await Arena.start(1, { epochSeconds: 15 });
    const { world, faulty, honest } = arena;
    const harmless = [
      ...(["silent", "slow", "garbage", "lying", "wrong-version", "flooding", "rogue-leader"] as const),
      "signing-anew",
    ] as const;
    for (const misdeed of harmless) {
      const epoch = await arena.play([misdeed]);
      expect([...(await accuseAll(world, epoch))], misdeed).to.deep.equal([]);
    }
    // A flood is checked as far as it must be, and turned away.
    const [flooder] = faulty;
    expect((flooder!.flooded.get(401) ?? 0) + (flooder!.flooded.get(429) ?? 0)).to.be.greaterThan(100);
    expect(flooder!.flooded.get(200) ?? 0).to.equal(0);
    expect(await slashed(world)).to.deep.equal([]);
    for (const member of honest)
      expect(await metricOf(world, member, "observations_total", 'outcome="refused"')).to.be.greaterThan(0);

    await accuseAll(world, await arena.play(["equivocating"]));
    expect(await slashed(world)).to.deep.equal([flooder!.member]);
    // It has no seat any more; three go on.
    await arena.play(["silent"]);
  });

  it("should report beside two of seven that do it together, and slash exactly those with two faces (I7)", async () => {
    arena = await Arena.start(2, { members: 7, epochSeconds: 21 });
    const { world, faulty } = arena;
    const harmless: Misdeed[][] = [
      ["silent", "silent"],
      ["lying", "lying"],
      ["slow", "flooding"],
      ["garbage", "rogue-leader"],
    ];
    for (const misdeeds of harmless) {
      const epoch = await arena.play(misdeeds);
      expect([...(await accuseAll(world, epoch))], misdeeds.join()).to.deep.equal([]);
    }
    expect(await slashed(world)).to.deep.equal([]);
    const epoch = await arena.play(["unlisting", "equivocating"]);
    await accuseAll(world, epoch);
    expect(await slashed(world)).to.have.members(faulty.map(({ member }) => member));
  });
});
