import { expect } from "chai";
import hre from "hardhat";

import { NO_DETAILS, openOrder, PLEDGE, takePledged } from "../market/leaseTerms.js";
import { addNode, MILL } from "../market/marketFixture.js";
import { TaskDriver } from "../market/taskDriver.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

interface Info {
  readonly bonded: string;
  readonly bonds: readonly { of: string; mill: string }[];
  readonly worstLoss: Record<"bonds" | "fromStake" | "fromDelegated" | "total", string>;
  readonly nodes: readonly { nodeId: number; isEligible: boolean; reason: string; stake: string; stakeDue: string }[];
}

describe("provider info", () => {
  let at: VerbWorld;

  beforeEach(async () => {
    at = await verbWorld(connection);
  });

  afterEach(async () => at.dispose());

  const info = async (party: number = FROM.alice) =>
    (await at.verbs.json(`provider info --provider ${party}`)) as unknown as Info;

  it("should account for every bond: leases, seats that wait, tasks, attesting", async () => {
    const { world } = at;
    const lease = await takePledged(connection, world, 500);
    const cluster = { seats: 2, fillSeconds: 300, pledge: PLEDGE };
    const { orderId, order } = await openOrder(connection, world, cluster);
    await world.orders.connect(world.alice).accept(orderId, order, 1, 1, NO_DETAILS);
    const tasks = new TaskDriver(connection, world);
    // Alice's node is full: her task runs on a second one.
    await addNode(connection, world, world.alice, world.agent);
    const opened = await tasks.open();
    await tasks.accept(opened, true, 3n, world.alice);
    await world.uptime.connect(world.alice).applyAsAttestor(world.alice, "0x");
    await world.uptime.admitAttestor(world.alice);

    const { bonds, bonded, worstLoss } = await info();
    const { bond } = await world.tasks.taskOf(opened.taskId);
    const attesting = world.parameters.attestorBond.toString();
    expect([...bonds].sort((a, b) => (a.of < b.of ? -1 : 1))).to.deep.equal([
      { of: "attesting", mill: attesting },
      { of: `lease ${lease}`, mill: PLEDGE.bond.toString() },
      { of: `seat 1 of order ${orderId}`, mill: PLEDGE.bond.toString() },
      { of: `task ${opened.taskId} of the dispute market`, mill: bond.toString() },
    ]);
    expect(bonds.reduce((sum, { mill }) => sum + BigInt(mill), 0n)).to.equal(BigInt(bonded));
    expect((await world.staking.accountOf(world.alice)).bonded.toString()).to.equal(bonded);
    expect(worstLoss.bonds).to.equal(bonded);

    await tasks.submit(opened, world.alice);
    await tasks.slashClaim(opened);
    expect((await info()).bonds.map(({ of }) => of)).not.to.include(`task ${opened.taskId} of the dispute market`);
  });

  it("should reckon with what is thawing and what delegators lend and take back", async () => {
    const { world } = at;
    const { staking, token, alice, stranger } = world;
    await token.transfer(stranger, 1_000n * MILL);
    await token.connect(stranger).approve(staking, 1_000n * MILL);
    await staking.connect(stranger).delegate(alice, 1_000n * MILL);
    await staking.connect(stranger).undelegate(alice, 400n * MILL);
    const before = await info();
    // A tenth of the two thousand that the node needs; the stake itself covers it.
    expect(before.worstLoss).to.include({ fromStake: (200n * MILL).toString(), fromDelegated: "0" });
    const { active } = await staking.accountOf(alice);
    await staking.connect(alice).unstake(active - 1_500n * MILL);
    const { stdout } = await at.verbs.run(`provider info --provider ${FROM.alice}`);
    expect(stdout).to.match(/leaving, still at stake +98,500 MILL of its own, 400 MILL of its delegators/);
    await networkHelpers.time.increase(world.parameters.thawSeconds + 1);
    await staking.connect(alice).withdraw();
    expect((await info()).worstLoss.total).to.equal((200n * MILL).toString());
  });

  it("should say why a node takes no work, and what would change that", async () => {
    const { world } = at;
    const { nodes, alice, catalog, parameters } = world;
    const first = async () => (await info()).nodes[0]!;
    expect(await first()).to.include({ isEligible: true });
    await nodes.connect(alice).pause(1);
    expect((await first()).reason).to.match(/paused it; node pause --end/);
    await nodes.connect(alice).resume(1);
    await catalog.changeClass(1, 60_000n * MILL, 100, 0, true);
    await networkHelpers.time.increase(parameters.stakeGraceSeconds + 1);
    expect(await first()).to.include({ stake: (2_000n * MILL).toString(), stakeDue: (120_000n * MILL).toString() });
    await nodes.refreshStake(1);
    expect(await first()).to.include({ isEligible: false });
    expect((await first()).reason).to.match(/stake is too small: 20,000 MILL more are needed/);
    const { stdout } = await at.verbs.run(`provider info --provider ${FROM.alice}`);
    expect(stdout).to.match(/may work +no: its nodes need 120,000 MILL, 100,000 MILL count/);
  });
});
