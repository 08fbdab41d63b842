import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import type { TransactionRequest } from "ethers";
import hre from "hardhat";
import { pino } from "pino";

import { PeerError } from "@millrace/oracle";
import type { Contracts } from "@millrace/sdk";

import { AgentStore } from "../../../services/node-agent/src/AgentStore.js";
import { EarningsKeeper } from "../../../services/node-agent/src/earnings/EarningsKeeper.js";
import { ALL_UP, LeaseDriver, type Proven } from "../../market/leaseDriver.js";
import { addNode, marketWorld, MILL, type World } from "../../market/marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** Alice has node 1 and these, bob node 2: together more than one batch takes. */
const MORE_OF_ALICE = 66;
const REWARDS = (index: number): bigint => (index === 5 ? 0n : BigInt(1_000 + index));

describe("EarningsKeeper", () => {
  let world: World;
  let driver: LeaseDriver;
  let folder: string;
  let store: AgentStore;
  let keeper: EarningsKeeper;
  let sent: string[];
  let proven: readonly Proven[];
  let shown: (nodeId: bigint) => boolean;

  const fixture = async (): Promise<World> => {
    const made = await marketWorld(connection);
    for (let node = 0; node < MORE_OF_ALICE; node++)
      await addNode(connection, made, made.alice, made.agent, { units: 1 });
    return made;
  };

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new LeaseDriver(connection, world);
    folder = mkdtempSync(join(tmpdir(), "millrace-keeper-"));
    store = new AgentStore(folder);
    [sent, shown] = [[], () => true];
    const { stranger, nodes, uptime, challenges, rewards, settlement, staking } = world;
    const leaf = (_: number, nodeId: bigint) => {
      const found = shown(nodeId) ? proven[Number(nodeId) - 1] : undefined;
      return found === undefined ? Promise.reject(new PeerError("", "NOT_FOUND", "none")) : Promise.resolve(found);
    };
    keeper = new EarningsKeeper({
      contracts: { nodes, uptime, challenges, rewards, settlement, staking } as unknown as Contracts,
      sender: {
        send: async (make: () => Promise<TransactionRequest>, what: string) => {
          await (await stranger.sendTransaction(await make())).wait();
          sent.push(what);
        },
      },
      store,
      nodeIds: Array.from({ length: MORE_OF_ALICE + 2 }, (_, i) => BigInt(i + 1)),
      attestors: [{ leaf }],
      deployedAtBlock: 0,
      logger: pino({ level: "silent" }),
      signal: new AbortController().signal,
    } as unknown as ConstructorParameters<typeof EarningsKeeper>[0]);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  const report = async (epoch: number, scale = 1n): Promise<void> => {
    const count = MORE_OF_ALICE + 2;
    const rewards = Array.from({ length: count }, (_, index) => scale * REWARDS(index));
    proven = await driver.report(epoch, Array<bigint>(count).fill(ALL_UP), rewards);
    await driver.passToFinal(epoch);
  };
  const round = async (): Promise<void> => {
    keeper.onBlock({ number: await networkHelpers.time.latestBlock(), timestamp: await driver.now() });
    await keeper.idle();
  };
  const collected = async (): Promise<bigint[]> =>
    await Promise.all(proven.map(async (_, i) => (await world.rewards.collectionOf(i + 1)).mill));

  it("should collect for all nodes, each provider's together, once a report", async () => {
    const epoch = (await driver.epoch()) + 1;
    await report(epoch);
    const before = await world.token.balanceOf(world.alice);
    await round();
    expect(sent).to.deep.equal([
      "collect rewards of 64 nodes",
      "collect rewards of 2 nodes",
      "collect rewards of 1 nodes",
    ]);
    expect(await collected()).to.deep.equal(proven.map((_, i) => REWARDS(i)));
    expect(await world.rewards.queryFilter(world.rewards.filters.ItemFailed()), "nothing for nothing").to.deep.equal(
      [],
    );
    const ofAlice = proven.filter(({ leaf }) => leaf.provider === world.alice.address);
    const due = ofAlice.reduce((sum, { leaf }) => sum + leaf.rawCumulativeReward, 0n);
    expect((await world.token.balanceOf(world.alice)) - before).to.equal(due);
    await round();
    expect(sent.length, "nothing is left of this report").to.equal(3);

    await report(epoch + 1, 3n);
    await round();
    expect(await collected()).to.deep.equal(proven.map((_, i) => 3n * REWARDS(i)));
  });

  it("should bring a provider its rewards although somebody lends it stake that it did not ask for", async () => {
    const { alice, bob, staking, token } = world;
    await token.transfer(bob, MILL);
    await token.connect(bob).approve(staking, MILL);
    await staking.connect(bob).delegate(alice, MILL);
    await report((await driver.epoch()) + 1);
    const before = await token.balanceOf(alice);
    await round();
    expect(sent).to.include("claim rewards");
    expect((await token.balanceOf(alice)) - before).to.equal(
      proven
        .filter(({ leaf }) => leaf.provider === alice.address)
        .reduce((sum, { leaf }) => sum + leaf.rawCumulativeReward, 0n),
    );
    expect(await staking.rewardsOf(alice, bob)).to.equal(0n);
  });

  it("should come back for a node whose leaf no attestor shows, and send nothing for what is collected", async () => {
    await report((await driver.epoch()) + 1);
    shown = (nodeId) => nodeId !== 3n;
    await round();
    expect((await collected())[2]).to.equal(0n);
    const before = sent.length;
    shown = () => true;
    await round();
    expect(await collected()).to.deep.equal(proven.map((_, i) => REWARDS(i)));
    // Bob's one node was collected for before, and one of alice's two batches.
    expect(sent.length - before).to.be.lessThan(3);
    await round();
    expect(sent.length - before).to.be.lessThan(3);
  });

  it("should collect with a final report though newer ones are open, as they are where windows are long", async () => {
    await world.uptime.setChallengeSeconds(2 * world.clock.epochSeconds);
    const epoch = (await driver.epoch()) + 1;
    await report(epoch);
    for (const open of [epoch + 1, epoch + 2]) await driver.report(open, Array<bigint>(proven.length).fill(ALL_UP));
    expect(await world.uptime.isFinal(epoch + 2)).to.equal(false);
    await round();
    expect(await collected()).to.deep.equal(proven.map((_, i) => REWARDS(i)));
    const before = sent.length;
    await round();
    expect(sent.length, "once").to.equal(before);
  });

  it("should collect what was set aside because an epoch was closed late, and follow it no longer", async () => {
    const { alice, settlement, token } = world;
    const epoch = await driver.epoch();
    await token.transfer(alice, 1_000n * MILL);
    await token.connect(alice).approve(settlement, 1_000n * MILL);
    await settlement.connect(alice).buy(1_000n * MILL, 0, 0);
    await settlement.connect(alice).requestRedemption(10n * MILL);
    await driver.at(driver.startOf(epoch + 1) + 1);
    await settlement.connect(alice).requestRedemption(MILL);
    await round();
    expect(sent, "no close yet").to.deep.equal([]);
    expect(store.open("aside")).to.deep.equal([BigInt(epoch)]);

    await driver.closeThrough(epoch);
    const mill = await settlement.collectEpochs.staticCall(alice, [epoch]);
    const before = await token.balanceOf(alice);
    await round();
    expect((await token.balanceOf(alice)) - before)
      .to.equal(mill)
      .and.greaterThan(0n);
    await round();
    expect(sent).to.deep.equal(["collect earnings"]);
    expect(store.open("aside")).to.deep.equal([]);
  });

  it("should find what was set aside in a block that came in the place of one that it read", async () => {
    const { alice, settlement, token } = world;
    const epoch = await driver.epoch();
    await token.transfer(alice, 1_000n * MILL);
    await token.connect(alice).approve(settlement, 1_000n * MILL);
    await settlement.connect(alice).buy(1_000n * MILL, 0, 0);
    await settlement.connect(alice).requestRedemption(10n * MILL);
    const before = await networkHelpers.takeSnapshot();
    await networkHelpers.mine(4);
    await round();
    expect(store.open("aside")).to.deep.equal([]);
    await before.restore();
    await driver.at(driver.startOf(epoch + 1) + 1);
    await settlement.connect(alice).requestRedemption(MILL);
    await networkHelpers.mine(4);
    await round();
    expect(store.open("aside")).to.deep.equal([BigInt(epoch)]);
  });
});
