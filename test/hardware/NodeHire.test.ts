import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { NodeRegistry } from "../../typechain-types/index.js";
import { DAY, EPOCH_SECONDS, MILL } from "../staking/stakingFixture.js";
import {
  ask,
  details,
  Eligibility,
  GPU_CLASS,
  GPU_STAKE,
  hardwareFixture,
  JAIL,
  LEASE,
  RESERVE,
  Status,
  TASK,
} from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("NodeRegistry, hires and history", () => {
  const deploy = hardwareFixture(connection);

  /** Alice with one node of four units; `hire` is the market's side. */
  async function added() {
    const context = await deploy();
    await context.addNode(context.alice, 4);
    return {
      ...context,
      own: context.registry.connect(context.alice),
      hire: context.registry.connect(context.market),
    };
  }

  describe("reserve", () => {
    it("should hire a node in parts and tell the market what it needs", async () => {
      const { registry, hire, alice, market } = await networkHelpers.loadFixture(added);
      const [provider, classId, seen] = await hire.reserve.staticCall(1, 3, TASK);
      expect([provider, classId, seen.ratePerUnit]).to.deep.equal([alice.address, 1n, ask.ratePerUnit]);
      await expect(hire.reserve(1, 3, TASK))
        .to.emit(registry, "UnitsReserved")
        .withArgs(1, market, 3);
      await expect(hire.reserve(1, 2, LEASE))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_TooFewUnits")
        .withArgs(1, 1, 2);
      await hire.reserve(1, 1, LEASE);
      expect((await registry.nodeOf(1)).busyUnits).to.equal(4n);
      expect(await registry.eligibility(1)).to.equal(Eligibility.AllUnitsBusy);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
    });

    it("should refuse no units, and kinds that the ask does not name", async () => {
      const { registry, own, hire } = await networkHelpers.loadFixture(added);
      await expect(hire.reserve(1, 0, LEASE)).to.be.revertedWithCustomError(registry, "NodeRegistry_ZeroUnits");
      await own.setAsk(1, { ...ask, kinds: LEASE });
      for (const kind of [0, TASK, LEASE | TASK]) {
        await expect(hire.reserve(1, 1, kind))
          .to.be.revertedWithCustomError(registry, "NodeRegistry_KindNotAccepted")
          .withArgs(1, kind, LEASE);
      }
    });

    it("should refuse a node that takes no work and say why", async () => {
      const { registry, staking, own, hire, alice, market, jailer } = await networkHelpers.loadFixture(added);
      const refused = async (reason: bigint, nodeId = 1) =>
        expect(hire.reserve(nodeId, 1, LEASE))
          .to.be.revertedWithCustomError(registry, "NodeRegistry_NotEligible")
          .withArgs(nodeId, reason);
      await refused(Eligibility.UnknownNode, 2);
      await own.pause(1);
      await refused(Eligibility.NodePaused);
      await registry.connect(jailer).jail(1, (await time.latest()) + DAY);
      await refused(Eligibility.NodeJailed);
      await time.increase(DAY);
      await own.resume(1);
      await staking.connect(market).slashStake(6, alice, 601n * MILL, ethers.ZeroAddress);
      await refused(Eligibility.ProviderNoAccess);
      await own.retire(1);
      await refused(Eligibility.NodeRetired);
    });

    it("should refuse everybody but wired modules, each to its own", async () => {
      const { registry, alice, jailer, market } = await networkHelpers.loadFixture(added);
      for (const caller of [alice, jailer]) {
        for (const call of [
          async () => registry.connect(caller).reserve(1, 1, LEASE),
          async () => registry.connect(caller).release(1, 1),
        ]) {
          await expect(call()).to.be.revertedWithCustomError(registry, "Wired_Forbidden").withArgs(caller, RESERVE);
        }
      }
      for (const caller of [alice, market]) {
        await expect(registry.connect(caller).jail(1, 1))
          .to.be.revertedWithCustomError(registry, "Wired_Forbidden")
          .withArgs(caller, JAIL);
      }
    });
  });

  describe("release", () => {
    it("should return units, more than are hired as those that are (I4)", async () => {
      const { registry, hire, market } = await networkHelpers.loadFixture(added);
      await hire.reserve(1, 3, LEASE);
      await expect(hire.release(1, 1)).to.emit(registry, "UnitsReleased").withArgs(1, market, 1);
      await expect(hire.release(1, 9)).to.emit(registry, "UnitsReleased").withArgs(1, market, 2);
      expect((await registry.nodeOf(1)).busyUnits).to.equal(0n);
      await hire.reserve(1, 4, LEASE);
    });

    it("should work for a node that is paused, jailed or without stake (I4, T-66)", async () => {
      const { registry, staking, own, hire, alice, market, jailer } = await networkHelpers.loadFixture(added);
      await hire.reserve(1, 4, LEASE);
      await own.pause(1);
      await registry.connect(jailer).jail(1, (await time.latest()) + DAY);
      await staking.connect(market).slashStake(6, alice, ethers.MaxUint256, ethers.ZeroAddress);
      await registry.pauseEntries(DAY);
      await hire.release(1, 4);
      expect((await registry.nodeOf(1)).busyUnits).to.equal(0n);
    });
  });

  describe("jail", () => {
    it("should keep a node out for the longer of its terms", async () => {
      const { registry, jailer } = await networkHelpers.loadFixture(added);
      const jail = registry.connect(jailer);
      const until = (await time.latest()) + DAY;
      await expect(jail.jail(1, until)).to.emit(registry, "NodeJailed").withArgs(1, until);
      expect(await registry.statusOf(1)).to.equal(Status.Jailed);
      await expect(jail.jail(1, until - 1))
        .to.emit(registry, "NodeJailed")
        .withArgs(1, until);
      await time.increaseTo(until);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
    });

    it("should refuse unknown nodes and terms that are too long", async () => {
      const { registry, jailer } = await networkHelpers.loadFixture(added);
      const jail = registry.connect(jailer);
      await expect(jail.jail(2, 1)).to.be.revertedWithCustomError(registry, "NodeRegistry_UnknownNode").withArgs(2);
      const max = (await time.latest()) + 1 + 30 * DAY;
      await expect(jail.jail(1, max + 1))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_JailTooLong")
        .withArgs(max + 1, max);
    });
  });

  describe("free", () => {
    it("should end a term at once, and do nothing where none runs", async () => {
      const { registry, jailer } = await networkHelpers.loadFixture(added);
      const jail = registry.connect(jailer);
      await expect(jail.free(1)).not.to.emit(registry, "NodeFreed");
      await expect(jail.free(9)).not.to.emit(registry, "NodeFreed");
      await jail.jail(1, (await time.latest()) + DAY);
      await expect(jail.free(1)).to.emit(registry, "NodeFreed").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
      // A later, shorter term counts: nothing of the first is left.
      const until = (await time.latest()) + 100;
      await expect(jail.jail(1, until)).to.emit(registry, "NodeJailed").withArgs(1, until);
    });

    it("should be for the jailer alone", async () => {
      const { registry, alice, market } = await networkHelpers.loadFixture(added);
      for (const caller of [alice, market]) {
        await expect(registry.connect(caller).free(1))
          .to.be.revertedWithCustomError(registry, "Wired_Forbidden")
          .withArgs(caller, JAIL);
      }
    });
  });

  describe("registryDigest", () => {
    const coder = ethers.AbiCoder.defaultAbiCoder();
    const chain = (digest: string, nodeId: bigint, change: number, data: string) =>
      ethers.keccak256(coder.encode(["bytes32", "uint64", "uint8", "bytes32"], [digest, nodeId, change, data]));
    const word = (value: bigint) => ethers.toBeHex(value, 32);
    const hash = (types: string[], values: unknown[]) => ethers.keccak256(coder.encode(types, values));
    const detailsTypes = ["tuple(bytes32,uint256,bytes32,string,string)"];

    /** Rebuilds the digest from the logs alone, as an attestor does. */
    async function rebuild(registry: NodeRegistry): Promise<string> {
      let digest = ethers.ZeroHash;
      const logs = await ethers.provider.getLogs({ address: await registry.getAddress(), fromBlock: 0 });
      for (const log of logs) {
        const event = registry.interface.parseLog(log);
        if (event === null) continue;
        const args = event.args;
        const nodeId = args[0] as bigint;
        const next = (change: number, data: string) => (digest = chain(digest, nodeId, change, data));
        if (event.name === "NodeAdded") {
          const { provider, classId, units, agent, stakePerUnit } = args.toObject();
          const detailsHash = hash(detailsTypes, [args.getValue("details")]);
          next(
            0,
            hash(
              ["address", "uint16", "uint16", "address", "uint96", "bytes32"],
              [provider, classId, units, agent, stakePerUnit, detailsHash],
            ),
          );
        }
        if (event.name === "DetailsChanged") next(1, hash(detailsTypes, [args[1]]));
        if (event.name === "AgentRotated") next(2, hash(["address", "uint32"], [args[1], args[2]]));
        if (event.name === "NodePaused") next(3, ethers.ZeroHash);
        if (event.name === "NodeResumed") next(4, ethers.ZeroHash);
        if (event.name === "NodeRetiring") next(5, ethers.ZeroHash);
        if (event.name === "NodeRetired") next(6, ethers.ZeroHash);
        if (event.name === "NodeJailed") next(7, word(args[1] as bigint));
        if (event.name === "NodeStakeChanged") next(8, word(args[1] as bigint));
        if (event.name === "NodeFreed") next(9, ethers.ZeroHash);
      }
      return digest;
    }

    it("should follow from the logs alone, change by change", async () => {
      const { registry, catalog, own, hire, alice, bob, carol, jailer, addNode, consent } =
        await networkHelpers.loadFixture(added);
      const seen = new Set<string>();
      const changes = [
        async () => own.setDetails(1, { ...details, attributes: 6n }),
        async () => own.rotateAgent(1, carol, await consent(carol, alice)),
        async () => own.pause(1),
        async () => own.resume(1),
        async () => addNode(bob, 2),
        async () => registry.connect(jailer).jail(2, (await time.latest()) + DAY),
        async () => registry.connect(jailer).free(2),
        async () => catalog.changeClass(GPU_CLASS, GPU_STAKE - 1n, 10, 0, true).then(async () => own.refreshStake(1)),
        async () => hire.reserve(1, 1, LEASE).then(async () => own.retire(1)),
        async () => hire.release(1, 1),
      ];
      for (const change of changes) {
        await change();
        const digest = await registry.registryDigest();
        expect(digest).to.equal(await rebuild(registry));
        seen.add(digest);
      }
      expect(seen.size, "every change shows").to.equal(changes.length);
    });

    it("should not change with asks and hires", async () => {
      const { registry, own, hire } = await networkHelpers.loadFixture(added);
      const digest = await registry.registryDigest();
      await own.setAsk(1, { ...ask, ratePerUnit: 1n });
      await hire.reserve(1, 2, LEASE);
      await hire.release(1, 2);
      expect(await registry.registryDigest()).to.equal(digest);
    });
  });

  describe("registryAt", () => {
    it("should be empty before the first node", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      expect(await registry.nodeCount()).to.equal(0n);
      expect(await registry.registryDigest()).to.equal(ethers.ZeroHash);
      expect(await registry.registryAt(7)).to.deep.equal([ethers.ZeroHash, 0n]);
    });

    it("should show each epoch as it ended, whatever happened since", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ epochs: fc.nat(3), adds: fc.boolean() }), { maxLength: 12 }),
          async (steps) => {
            const { registry, own, bob, addNode } = await networkHelpers.loadFixture(added);
            const ends = new Map<number, readonly [string, bigint]>();
            let epoch = 0;
            let added_ = 1n;
            for (const { epochs, adds } of steps) {
              for (let i = 0; i < epochs; i++) {
                ends.set(epoch++, [await registry.registryDigest(), added_]);
              }
              if (epochs > 0) await time.increase(epochs * EPOCH_SECONDS);
              if (adds && added_ < 10n) added_ = await addNode(bob);
              else await own.setDetails(1, details);
            }
            ends.set(epoch, [await registry.registryDigest(), added_]);
            for (const [ended, expected] of ends) {
              expect(await registry.registryAt(ended)).to.deep.equal([...expected]);
            }
          },
        ),
        { numRuns: 15 },
      );
    });
  });

  describe("stake required", () => {
    it("should always be the sum over a provider's nodes (T-29, T-31, I4)", async () => {
      const step = fc.record({
        type: fc.constantFrom("add", "retire", "reserve", "release", "class", "refresh"),
        node: fc.integer({ min: 1, max: 6 }),
        units: fc.integer({ min: 1, max: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
          const { registry, catalog, staking, own, hire, alice, addNode } = await networkHelpers.loadFixture(added);
          await staking.connect(alice).stake(900_000n * MILL);
          const quietly = async (call: Promise<unknown>) => call.catch(() => undefined);
          for (const { type, node, units } of steps) {
            if (type === "add") await addNode(alice, units);
            if (type === "retire") await quietly(own.retire(node));
            if (type === "reserve") await quietly(hire.reserve(node, units, LEASE));
            if (type === "release") await hire.release(node, units);
            if (type === "class") {
              await quietly(catalog.changeClass(GPU_CLASS, BigInt(units * node), 10, 0, true));
              await time.increase(3 * DAY);
            }
            if (type === "refresh") await quietly(registry.refreshStake(node));

            let required = 0n;
            const count = await registry.nodeCount();
            for (let id = 1n; id <= count; id++) {
              const { units: all, busyUnits, stakePerUnit, retiredAt } = await registry.nodeOf(id);
              if (retiredAt === 0n) required += all * stakePerUnit;
              expect(busyUnits).to.be.at.most(retiredAt === 0n ? all : 0n);
            }
            expect((await staking.accountOf(alice)).required).to.equal(required);
          }
        }),
        { numRuns: 12 },
      );
    });
  });
});
