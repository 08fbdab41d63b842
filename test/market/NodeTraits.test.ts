import { expect } from "chai";
import hre from "hardhat";

import type { INodeRegistry, INodeTraits } from "../../typechain-types/index.js";
import { localAccount } from "../../scripts/local/localAccount.js";
import { ApprovalDriver } from "./approvalDriver.js";
import { NO_DETAILS } from "./leaseTerms.js";
import { marketWorld, type World } from "./marketFixture.js";
import { type Opened, TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** Where alice's node is, and what it has. */
const DETAILS = { ...NO_DETAILS, region: ethers.encodeBytes32String("DE-BE"), attributes: 0b101n };
const NOTHING: INodeTraits.TraitsStruct = {
  region: ethers.ZeroHash,
  attributes: 0n,
  inspectors: [],
  allInspectors: false,
};

describe("NodeTraits", () => {
  let world: World;
  let driver: TaskDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new TaskDriver(connection, world);
  });

  async function fixture() {
    const all = await marketWorld(connection);
    await all.nodes.connect(all.alice).setDetails(1, DETAILS);
    return all;
  }

  const region = (name: string) => ethers.encodeBytes32String(name);

  async function open(traits: INodeTraits.TraitsStruct): Promise<Opened> {
    return driver.open({ traitsHash: await world.traits.hashOf(traits) });
  }

  function accept(
    { taskId, order }: Opened,
    traits: INodeTraits.TraitsStruct,
    details: INodeRegistry.NodeDetailsStruct = DETAILS,
    by = world.alice,
  ) {
    return world.tasks.connect(by).acceptFitting(taskId, order, 1, true, traits, details);
  }

  /** A statement of an inspector about alice's node; `index` of its account. */
  async function confirm(index: number, attributes: bigint) {
    const inspector = localAccount(index);
    const now = await networkHelpers.time.latest();
    const statement = { nodeId: 1n, attributes, issuedAt: now, expiresAt: now + 1_000 };
    const signature = inspector.signingKey.sign(await world.inspections.statementDigest(statement)).serialized;
    await world.inspections.bring(inspector.address, statement, signature);
    return inspector.address;
  }

  describe("publish", () => {
    it("should say what a hash means, to anybody, as often as one likes", async () => {
      const traits = { ...NOTHING, region: region("DE"), inspectors: [world.bob.address], allInspectors: true };
      const hash = await world.traits.hashOf(traits);
      const type = "tuple(bytes32 region,uint256 attributes,address[] inspectors,bool allInspectors)";
      expect(hash).to.equal(ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode([type], [traits])));
      for (const account of [world.stranger, world.buyer]) {
        await world.traits.connect(account).publish(traits);
        const [event] = await world.traits.queryFilter(world.traits.filters.TraitsPublished(hash), -1);
        const told = event.args.traits;
        expect([told.region, told.attributes, [...told.inspectors], told.allInspectors]).to.deep.equal([
          traits.region,
          0n,
          traits.inspectors,
          true,
        ]);
      }
    });

    it("should refuse traits that ask for nothing, or for too many inspectors", async () => {
      await expect(world.traits.publish(NOTHING)).to.be.revertedWithCustomError(
        world.traits,
        "NodeTraits_NothingWanted",
      );
      const inspectors = Array.from({ length: 17 }, () => world.bob.address);
      await expect(world.traits.publish({ ...NOTHING, inspectors }))
        .to.be.revertedWithCustomError(world.traits, "NodeTraits_TooManyInspectors")
        .withArgs(17, 16);
      await world.traits.publish({ ...NOTHING, inspectors: inspectors.slice(1) });
    });
  });

  describe("acceptFitting", () => {
    it("should take a task with a node that has what is asked for, and refuse others by what is amiss", async () => {
      const cases: [Partial<INodeTraits.TraitsStruct>, string | undefined][] = [
        [{ region: region("DE") }, undefined],
        [{ region: region("DE-BE"), attributes: 0b100n }, undefined],
        [{ region: region("DE-BY") }, "NodeFilter_WrongRegion"],
        [{ attributes: 0b111n }, "NodeFilter_AttributesMissing"],
        [{ attributes: 0b1n, inspectors: [world.stranger.address] }, "NodeFilter_NotConfirmed"],
      ];
      for (const [changes, error] of cases) {
        const snapshot = await networkHelpers.takeSnapshot();
        const traits = { ...NOTHING, ...changes };
        const opened = await open(traits);
        if (error === undefined) {
          await expect(accept(opened, traits)).to.emit(world.tasks, "TaskAcknowledged");
        } else {
          await expect(accept(opened, traits), error).to.be.revertedWithCustomError(world.orders, error);
        }
        await snapshot.restore();
      }
    });

    it("should take the word of any or of all inspectors, as of the same second", async () => {
      const first = await confirm(7, 0b1n);
      const second = localAccount(6).address;
      const both = { ...NOTHING, attributes: 0b1n, inspectors: [second, first] };
      const all = { ...both, allInspectors: true };
      const opened = await open(all);
      await expect(accept(opened, all)).to.be.revertedWithCustomError(world.orders, "NodeFilter_NotConfirmed");
      expect(await confirm(6, 0b11n)).to.equal(second);
      await networkHelpers.time.increase(990);
      await accept(opened, all);
      const later = await open(both);
      await networkHelpers.time.increase(100);
      await expect(accept(later, both)).to.be.revertedWithCustomError(world.orders, "NodeFilter_NotConfirmed");
    });

    it("should refuse what the node does not stand for, and other traits than the order's (T-38)", async () => {
      const traits = { ...NOTHING, region: region("DE") };
      const opened = await open(traits);
      await expect(accept(opened, traits, { ...DETAILS, attributes: 0b111n })).to.be.revertedWithCustomError(
        world.nodes,
        "NodeRegistry_WrongDetails",
      );
      const easier = { ...NOTHING, region: region("D") };
      await expect(accept(opened, easier))
        .to.be.revertedWithCustomError(world.traits, "NodeTraits_WrongTraits")
        .withArgs(await world.traits.hashOf(easier), opened.order.terms.traitsHash);
      const plain = await driver.open();
      await expect(accept(plain, traits)).to.be.revertedWithCustomError(world.traits, "NodeTraits_WrongTraits");
    });

    it("should leave no way around: accept, acceptMany, changed terms (T-54)", async () => {
      const traits = { ...NOTHING, region: region("FR") };
      const opened = await open(traits);
      const { taskId, order } = opened;
      const { traitsHash } = order.terms;
      await expect(world.tasks.connect(world.alice).accept(taskId, order, 1, true))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_TraitsNotShown")
        .withArgs(taskId, traitsHash);
      const item = { taskId, order, nodeId: 1n, holdsData: true };
      await expect(world.tasks.connect(world.alice).acceptMany([item])).to.emit(world.tasks, "ItemFailed");
      expect(await driver.statusOf(taskId)).to.equal("Listed");
      const without = { ...order, terms: { ...order.terms, traitsHash: ethers.ZeroHash } };
      await expect(world.tasks.connect(world.alice).accept(taskId, without, 1, true)).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_WrongOrder",
      );
    });

    it("should still ask all that accept asks", async () => {
      const traits = { ...NOTHING, region: region("DE") };
      const opened = await open(traits);
      await expect(accept(opened, traits, DETAILS, world.bob)).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_NotProvider",
      );
      await accept(opened, traits);
      await expect(accept(opened, traits)).to.be.revertedWithCustomError(world.tasks, "TaskMarket_WrongStatus");
    });

    it("should hold for chunks as well", async () => {
      const traits = { ...NOTHING, region: region("DE-BE") };
      const traitsHash = await world.traits.hashOf(traits);
      const chunks = new ApprovalDriver(connection, world);
      const { taskId, order } = await chunks.open(2, { traitsHash });
      await expect(world.approvals.connect(world.alice).accept(taskId, order, 1, true)).to.be.revertedWithCustomError(
        world.approvals,
        "TaskMarket_TraitsNotShown",
      );
      await world.approvals.connect(world.alice).acceptFitting(taskId, order, 1, true, traits, DETAILS);
      expect(await chunks.statusOf({ taskId, order })).to.equal("Working");
    });
  });

  it("should need its contracts", async () => {
    const factory = await ethers.getContractFactory("NodeTraits");
    for (const name of ["nodes", "inspections"]) {
      const [nodes, inspections] = [world.nodes, world.inspections].map((each) =>
        each === world[name as "nodes" | "inspections"] ? ethers.ZeroAddress : each,
      );
      await expect(factory.deploy(nodes, inspections))
        .to.be.revertedWithCustomError(factory, "NodeTraits_ZeroAddress")
        .withArgs(name);
    }
  });
});
