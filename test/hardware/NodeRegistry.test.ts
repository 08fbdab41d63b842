import { agentConsentTypes } from "@millrace/sdk";
import { expect } from "chai";
import hre from "hardhat";

import { DAY, EPOCH_SECONDS, MILL } from "../staking/stakingFixture.js";
import { domainOf } from "../support/typedData.js";
import {
  ask,
  details,
  Eligibility,
  GPU_CLASS,
  GPU_STAKE,
  GRACE_SECONDS,
  hardwareFixture,
  LEASE,
  Status,
} from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("NodeRegistry", () => {
  const deploy = hardwareFixture(connection);

  /** Alice with one node of four units. */
  async function added() {
    const context = await deploy();
    await context.addNode(context.alice, 4);
    return { ...context, own: context.registry.connect(context.alice) };
  }

  describe("constructor", () => {
    it("should refuse to leave out a contract", async () => {
      const { governor, authority, staking, catalog } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("NodeRegistry");
      const zero = ethers.ZeroAddress;
      for (const [name, first, second, third] of [
        ["staking", zero, catalog, staking],
        ["catalog", staking, zero, staking],
        ["settlement", staking, catalog, zero],
      ] as const) {
        await expect(factory.deploy(governor, authority, first, second, third))
          .to.be.revertedWithCustomError(factory, "Wired_ZeroAddress")
          .withArgs(name);
      }
    });
  });

  describe("addNode", () => {
    it("should add a node, log it whole and have its stake required", async () => {
      const { registry, staking, alice } = await networkHelpers.loadFixture(deploy);
      const changedAt = (await time.latest()) + 1;
      await expect(registry.connect(alice).addNode(GPU_CLASS, 4, alice, details, { ...ask, changedAt: 99 }, "0x"))
        .to.emit(registry, "NodeAdded")
        .withArgs(1, alice, GPU_CLASS, 4, alice, GPU_STAKE, Object.values(details), [
          ...Object.values(ask).slice(0, 4),
          changedAt,
        ]);
      const node = await registry.nodeOf(1);
      expect([node.provider, node.classId, node.units, node.busyUnits]).to.deep.equal([alice.address, 1n, 4n, 0n]);
      expect([node.jailedUntil, node.retiredAt, node.paused, node.retiring]).to.deep.equal([0n, 0n, false, false]);
      expect(node.stakePerUnit).to.equal(GPU_STAKE);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
      expect(await registry.eligibility(1)).to.equal(Eligibility.Eligible);
      expect(await registry.agentOf(1)).to.equal(alice.address);
      expect((await registry.askOf(1)).changedAt).to.equal(changedAt);
      expect(await registry.nodeCount()).to.equal(1n);
      expect(await staking.accessOf(alice)).to.deep.equal([4n * GPU_STAKE, 1_000n * MILL]);
    });

    it("should carry as many units as the stake does and not one more", async () => {
      const { registry, staking, alice, addNode } = await networkHelpers.loadFixture(deploy);
      await addNode(alice, 4);
      await addNode(alice, 6);
      await expect(registry.connect(alice).addNode(GPU_CLASS, 1, alice, details, ask, "0x"))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NoAccess")
        .withArgs(alice, 11n * GPU_STAKE, 1_000n * MILL);
      await staking.connect(alice).stake(GPU_STAKE);
      expect(await addNode(alice)).to.equal(3n);
    });

    it("should refuse the unregistered", async () => {
      const { registry, carol } = await networkHelpers.loadFixture(deploy);
      await expect(registry.connect(carol).addNode(GPU_CLASS, 1, carol, details, ask, "0x"))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NoAccess")
        .withArgs(carol, GPU_STAKE, 0);
    });

    it("should refuse closed and unknown classes, no units, and paused entries", async () => {
      const { registry, catalog, alice } = await networkHelpers.loadFixture(deploy);
      const own = registry.connect(alice);
      await expect(own.addNode(2, 1, alice, details, ask, "0x"))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_ClassClosed")
        .withArgs(2);
      await expect(own.addNode(GPU_CLASS, 0, alice, details, ask, "0x")).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_ZeroUnits",
      );
      await catalog.changeClass(GPU_CLASS, GPU_STAKE, 10, 0, false);
      await expect(own.addNode(GPU_CLASS, 1, alice, details, ask, "0x")).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_ClassClosed",
      );
      await registry.pauseEntries(DAY);
      await expect(own.addNode(GPU_CLASS, 1, alice, details, ask, "0x")).to.be.revertedWithCustomError(
        registry,
        "EntryPause_EntriesPaused",
      );
    });

    it("should refuse details that are too long", async () => {
      const { registry, alice } = await networkHelpers.loadFixture(deploy);
      for (const [endpoint, metadata] of [
        [257, 0],
        [0, 1_025],
      ] as const) {
        const long = { ...details, endpoint: "x".repeat(endpoint), metadata: "x".repeat(metadata) };
        await expect(registry.connect(alice).addNode(GPU_CLASS, 1, alice, long, ask, "0x"))
          .to.be.revertedWithCustomError(registry, "NodeRegistry_DetailsTooLong")
          .withArgs(endpoint, metadata);
      }
    });

    it("should register another key only with its signature (X-11, X-34)", async () => {
      const { registry, alice, bob, carol, consent } = await networkHelpers.loadFixture(deploy);
      const own = registry.connect(alice);
      const forBob = await consent(carol, bob);
      for (const bad of ["0x", forBob, await consent(bob, alice), `0x${"00".repeat(65)}`]) {
        await expect(own.addNode(GPU_CLASS, 1, carol, details, ask, bad))
          .to.be.revertedWithCustomError(registry, "NodeRegistry_NoConsent")
          .withArgs(carol, alice);
      }
      await own.addNode(GPU_CLASS, 1, carol, details, ask, await consent(carol, alice));
      expect(await registry.agentOf(1)).to.equal(carol.address);
      await registry.connect(bob).addNode(GPU_CLASS, 1, carol, details, ask, forBob);
    });

    it("should refuse no key at all, for which a broken signature would speak (X-14)", async () => {
      const { registry, alice } = await networkHelpers.loadFixture(deploy);
      for (const bad of ["0x", `0x${"00".repeat(65)}`]) {
        await expect(
          registry.connect(alice).addNode(GPU_CLASS, 1, ethers.ZeroAddress, details, ask, bad),
        ).to.be.revertedWithCustomError(registry, "NodeRegistry_NoConsent");
      }
    });

    it("should bind the consent to provider, key, contract and chain (T-38)", async () => {
      const { registry, alice, carol } = await networkHelpers.loadFixture(deploy);
      const domain = await domainOf(connection, "Millrace Nodes", registry);
      const types = agentConsentTypes;
      const message = { provider: alice.address, agent: carol.address };
      expect(await registry.consentDigest(alice, carol)).to.equal(ethers.TypedDataEncoder.hash(domain, types, message));
      for (const other of [
        { ...domain, chainId: 1n },
        { ...domain, verifyingContract: alice.address },
        { ...domain, version: "2" },
        { ...domain, name: "Millrace" },
      ]) {
        const signature = await carol.signTypedData(other, types, message);
        await expect(
          registry.connect(alice).addNode(GPU_CLASS, 1, carol, details, ask, signature),
        ).to.be.revertedWithCustomError(registry, "NodeRegistry_NoConsent");
      }
    });
  });

  describe("setAsk", () => {
    it("should replace the ask, stamp it and log it", async () => {
      const { registry, own } = await networkHelpers.loadFixture(added);
      const changedAt = (await time.latest()) + 1;
      await expect(own.setAsk(1, { ...ask, ratePerUnit: 7n, kinds: LEASE }))
        .to.emit(registry, "AskChanged")
        .withArgs(1, [7n, ask.minSeconds, ask.maxSeconds, LEASE, changedAt]);
      expect(await registry.askOf(1)).to.deep.equal([7n, 60n, 86_400n, 1n, BigInt(changedAt)]);
    });

    it("should refuse an ask that makes no sense", async () => {
      const { registry, own } = await networkHelpers.loadFixture(added);
      for (const wrong of [
        { ratePerUnit: 0n },
        { kinds: 0 },
        { minSeconds: 0, maxSeconds: 0 },
        { minSeconds: 2, maxSeconds: 1 },
      ]) {
        const bad = { ...ask, ...wrong };
        await expect(own.setAsk(1, bad))
          .to.be.revertedWithCustomError(registry, "NodeRegistry_BadAsk")
          .withArgs(bad.ratePerUnit, bad.minSeconds, bad.maxSeconds, bad.kinds);
      }
    });
  });

  describe("setDetails", () => {
    it("should stand for the new details and no longer for the old", async () => {
      const { registry, own } = await networkHelpers.loadFixture(added);
      await registry.verifyDetails(1, details);
      const moved = { ...details, endpoint: "http://127.0.0.1:9001" };
      await expect(own.setDetails(1, moved)).to.emit(registry, "DetailsChanged").withArgs(1, Object.values(moved));
      await registry.verifyDetails(1, moved);
      await expect(registry.verifyDetails(1, details)).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_WrongDetails",
      );
    });
  });

  describe("rotateAgent", () => {
    it("should let the old key speak for this epoch and the new one from the next", async () => {
      const { registry, own, alice, carol, consent } = await networkHelpers.loadFixture(added);
      await expect(own.rotateAgent(1, carol, await consent(carol, alice)))
        .to.emit(registry, "AgentRotated")
        .withArgs(1, carol, 1);
      expect(await registry.agentOf(1)).to.equal(alice.address);
      await time.increase(EPOCH_SECONDS);
      expect(await registry.agentOf(1)).to.equal(carol.address);
      expect(await registry.agentAt(1, 0)).to.equal(alice.address);
    });

    it("should remember the key of every epoch (T-30, X-15)", async () => {
      const { registry, own, alice, bob, carol, consent } = await networkHelpers.loadFixture(added);
      await own.rotateAgent(1, carol, await consent(carol, alice));
      await own.rotateAgent(1, bob, await consent(bob, alice));
      await time.increase(3 * EPOCH_SECONDS);
      await own.rotateAgent(1, alice, "0x");
      const agents = await Promise.all([0, 1, 3, 4].map(async (epoch) => registry.agentAt(1, epoch)));
      expect(agents).to.deep.equal([alice.address, bob.address, bob.address, alice.address]);
    });

    it("should name no key for epochs before the node, and none for no node (T-64)", async () => {
      const { registry, bob, addNode } = await networkHelpers.loadFixture(added);
      await time.increase(2 * EPOCH_SECONDS);
      await addNode(bob);
      expect(await registry.agentAt(2, 1)).to.equal(ethers.ZeroAddress);
      expect(await registry.agentAt(2, 2)).to.equal(bob.address);
      expect(await registry.agentOf(3)).to.equal(ethers.ZeroAddress);
    });

    it("should refuse a key that does not consent", async () => {
      const { registry, own, alice, carol } = await networkHelpers.loadFixture(added);
      await expect(own.rotateAgent(1, carol, "0x"))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NoConsent")
        .withArgs(carol, alice);
    });
  });

  describe("pause and resume", () => {
    it("should drain a node and bring it back", async () => {
      const { registry, own } = await networkHelpers.loadFixture(added);
      await expect(own.pause(1)).to.emit(registry, "NodePaused").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Draining);
      expect(await registry.eligibility(1)).to.equal(Eligibility.NodePaused);
      expect((await registry.nodeOf(1)).paused).to.equal(true);
      await expect(own.pause(1))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_WrongStatus")
        .withArgs(1, Status.Draining);
      await expect(own.resume(1)).to.emit(registry, "NodeResumed").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
      await expect(own.resume(1))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_WrongStatus")
        .withArgs(1, Status.Active);
    });

    it("should resume only what the stake carries, at the class's stake of the day", async () => {
      const { registry, catalog, staking, own, alice } = await networkHelpers.loadFixture(added);
      await own.pause(1);
      await catalog.changeClass(GPU_CLASS, 3n * GPU_STAKE, 10, 0, true);
      await time.increase(GRACE_SECONDS);
      await expect(own.resume(1))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NoAccess")
        .withArgs(alice, 12n * GPU_STAKE, 1_000n * MILL);
      await staking.connect(alice).stake(200n * MILL);
      await expect(own.resume(1))
        .to.emit(registry, "NodeStakeChanged")
        .withArgs(1, 3n * GPU_STAKE);
    });
  });

  describe("retire", () => {
    it("should retire an idle node for good and free its stake", async () => {
      const { registry, staking, own, alice } = await networkHelpers.loadFixture(added);
      await expect(own.retire(1)).to.emit(registry, "NodeRetired").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Retired);
      expect((await registry.nodeOf(1)).retiredAt).to.equal(await time.latest());
      expect((await staking.accountOf(alice)).required).to.equal(0n);
      await staking.connect(alice).unstake(1_000n * MILL);
    });

    it("should wait for the last release of a hired node, then free its stake (I4)", async () => {
      const { registry, staking, own, alice, market } = await networkHelpers.loadFixture(added);
      await registry.connect(market).reserve(1, 3, LEASE);
      await expect(own.retire(1)).to.emit(registry, "NodeRetiring").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Draining);
      expect(await registry.eligibility(1)).to.equal(Eligibility.NodeRetiring);
      expect((await registry.nodeOf(1)).retiring).to.equal(true);
      await expect(own.retire(1)).to.be.revertedWithCustomError(registry, "NodeRegistry_WrongStatus");
      await expect(own.resume(1)).to.be.revertedWithCustomError(registry, "NodeRegistry_WrongStatus");
      await registry.connect(market).release(1, 2);
      expect((await staking.accountOf(alice)).required).to.equal(4n * GPU_STAKE);
      await expect(registry.connect(market).release(1, 1)).to.emit(registry, "NodeRetired").withArgs(1);
      expect(await registry.statusOf(1)).to.equal(Status.Retired);
      expect((await staking.accountOf(alice)).required).to.equal(0n);
    });

    it("should free a node's stake once only (T-29)", async () => {
      const { registry, catalog, staking, own, alice, market, addNode } = await networkHelpers.loadFixture(added);
      await addNode(alice, 2);
      await own.retire(1);
      const refused = async (call: Promise<unknown>) =>
        expect(call).to.be.revertedWithCustomError(registry, "NodeRegistry_WrongStatus").withArgs(1, Status.Retired);
      await refused(own.retire(1));
      await refused(own.pause(1));
      await refused(own.resume(1));
      await refused(own.setAsk(1, ask));
      await refused(own.setDetails(1, details));
      await refused(own.rotateAgent(1, alice, "0x"));
      await catalog.changeClass(GPU_CLASS, 1n, 10, 0, true);
      await refused(registry.refreshStake(1));
      await expect(registry.connect(market).reserve(1, 1, LEASE))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NotEligible")
        .withArgs(1, Eligibility.NodeRetired);
      await registry.connect(market).release(1, 4);
      expect((await staking.accountOf(alice)).required).to.equal(2n * GPU_STAKE);
    });

    it("should work jailed, paused, without stake and in a pause of entries (I4, T-66)", async () => {
      const { registry, staking, own, alice, market, jailer } = await networkHelpers.loadFixture(added);
      await registry.pauseEntries(DAY);
      await own.pause(1);
      await registry.connect(jailer).jail(1, (await time.latest()) + DAY);
      await staking.connect(market).slashStake(6, alice, ethers.MaxUint256, ethers.ZeroAddress);
      await expect(own.retire(1)).to.emit(registry, "NodeRetired");
    });

    it("should let a provider leave whole and come back clean (T-31)", async () => {
      const { staking, own, alice, addNode } = await networkHelpers.loadFixture(added);
      await expect(staking.connect(alice).deregister()).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_NodesLeft",
      );
      await own.retire(1);
      await staking.connect(alice).deregister();
      await staking.connect(alice).register("again");
      expect(await addNode(alice, 10)).to.equal(2n);
      expect((await staking.accountOf(alice)).required).to.equal(10n * GPU_STAKE);
    });
  });

  describe("refreshStake", () => {
    it("should bring a raise to a node after the grace period and not before (I10)", async () => {
      const { registry, catalog, staking, alice, stranger } = await networkHelpers.loadFixture(added);
      await catalog.changeClass(GPU_CLASS, 3n * GPU_STAKE, 10, 0, true);
      await expect(registry.connect(stranger).refreshStake(1)).to.not.emit(registry, "NodeStakeChanged");
      await time.increase(GRACE_SECONDS);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
      await expect(registry.connect(stranger).refreshStake(1))
        .to.emit(registry, "NodeStakeChanged")
        .withArgs(1, 3n * GPU_STAKE);
      expect((await staking.accountOf(alice)).required).to.equal(12n * GPU_STAKE);
      expect(await registry.statusOf(1)).to.equal(Status.Draining);
      expect(await registry.eligibility(1)).to.equal(Eligibility.ProviderNoAccess);
      await staking.connect(alice).stake(200n * MILL);
      expect(await registry.statusOf(1)).to.equal(Status.Active);
    });

    it("should bring a lower stake to a node at once, and free exactly what it required", async () => {
      const { registry, catalog, staking, own, alice } = await networkHelpers.loadFixture(added);
      await catalog.changeClass(GPU_CLASS, 1n, 10, 0, true);
      await registry.refreshStake(1);
      expect((await staking.accountOf(alice)).required).to.equal(4n);
      await own.retire(1);
      expect((await staking.accountOf(alice)).required).to.equal(0n);
    });
  });

  describe("access by caller", () => {
    it("should let nobody but a node's provider change it (T-54)", async () => {
      const { registry, alice, bob, addNode } = await networkHelpers.loadFixture(added);
      await addNode(bob);
      const other = registry.connect(bob);
      for (const call of [
        async () => other.setAsk(1, ask),
        async () => other.setDetails(1, details),
        async () => other.rotateAgent(1, bob, "0x"),
        async () => other.pause(1),
        async () => other.resume(1),
        async () => other.retire(1),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(registry, "NodeRegistry_NotProvider")
          .withArgs(1, alice, bob);
      }
    });

    it("should let the operator work for its provider, and neither add nor retire nodes (T-30, T-54)", async () => {
      const { staking, registry, addNode, consent, alice, carol, bob } = await networkHelpers.loadFixture(deploy);
      const nodeId = await addNode(alice);
      await staking.connect(alice).setOperator(carol);
      const operated = registry.connect(carol);
      await operated.setAsk(nodeId, ask);
      await operated.setDetails(nodeId, { ...details, metadata: "rack 5" });
      await operated.pause(nodeId);
      await operated.resume(nodeId);
      // The agent agrees to the provider, not to whoever brings its word.
      await operated.rotateAgent(nodeId, bob, await consent(bob, alice));
      await expect(operated.rotateAgent(nodeId, bob, await consent(bob, carol)))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NoConsent")
        .withArgs(bob, alice);
      await expect(operated.retire(nodeId))
        .to.be.revertedWithCustomError(registry, "NodeRegistry_NotProvider")
        .withArgs(nodeId, alice, carol);
      await expect(operated.addNode(GPU_CLASS, 1, carol, details, ask, "0x")).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_NoAccess",
      );
      await staking.connect(alice).setOperator(bob);
      await expect(operated.setAsk(nodeId, ask)).to.be.revertedWithCustomError(registry, "NodeRegistry_NotProvider");
    });

    it("should drain the nodes of a provider whose delegators leave, and take them back with them", async () => {
      const { staking, registry, addNode, alice, carol } = await networkHelpers.loadFixture(deploy);
      await staking.connect(carol).delegate(alice, 500n * MILL);
      const nodeId = await addNode(alice, 15);
      expect(await registry.statusOf(nodeId)).to.equal(Status.Active);
      await staking.connect(carol).undelegate(alice, 1n);
      expect(await registry.eligibility(nodeId)).to.equal(Eligibility.ProviderNoAccess);
      await registry.connect(alice).pause(nodeId);
      await expect(registry.connect(alice).resume(nodeId)).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_NoAccess",
      );
      await staking.connect(carol).cancelUndelegation(alice);
      await registry.connect(alice).resume(nodeId);
      expect(await registry.statusOf(nodeId)).to.equal(Status.Active);
    });

    it("should know no node that was not added", async () => {
      const { registry, own } = await networkHelpers.loadFixture(added);
      for (const call of [
        async () => own.setAsk(2, ask),
        async () => own.pause(0),
        async () => own.retire(2),
        async () => own.refreshStake(2),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(registry, "NodeRegistry_UnknownNode");
      }
      expect(await registry.statusOf(0)).to.equal(Status.None);
      expect(await registry.statusOf(2)).to.equal(Status.None);
      expect(await registry.eligibility(2)).to.equal(Eligibility.UnknownNode);
    });
  });
});
