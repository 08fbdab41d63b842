import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import hre from "hardhat";

import { GPU_STAKE, JAIL, Status, TASK } from "../hardware/hardwareFixture.js";
import { DAY, EPOCH_SECONDS, MILL } from "../staking/stakingFixture.js";
import { capacityFixture, CLASS, luckOf, Phase, RULES, SIZE, State } from "./capacityFixture.js";
import { computeFor, openingsFor, type Results } from "./CapacityRounds.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

const ROOT = ethers.id("root");

describe("CapacityProofs", () => {
  const deploy = capacityFixture(connection);

  /** A node of alice's and one of bob's, added in epoch 0. */
  const added = async () => {
    const context = await deploy();
    const first = await context.addChallenged(context.alice);
    const second = await context.addChallenged(context.bob, 2);
    return { ...context, first, second };
  };
  type Added = Awaited<ReturnType<typeof added>>;

  describe("a round", () => {
    it("should go from the draw to its end inside the epoch, phase by phase", async () => {
      const { capacity, settlement, draw, recordAt } = await networkHelpers.loadFixture(added);
      const { genesisAt } = await settlement.clock();
      expect(await capacity.phaseOf(1)).to.equal(Phase.None);
      const times = await draw(1);
      expect(times.drawAt).to.equal(genesisAt + BigInt(EPOCH_SECONDS + RULES.drawDelaySeconds));
      expect(times.startsAt).to.be.greaterThanOrEqual(times.drawAt + BigInt(RULES.leadSeconds));
      expect(times.opensAt).to.equal(times.startsAt);
      expect(times.closesAt - times.opensAt).to.equal(BigInt(RULES.windowSeconds));
      expect(times.reportsFrom - times.entriesAt).to.equal(BigInt(RULES.openSeconds));
      expect(times.finalAt - times.reportsFrom).to.equal(BigInt(RULES.reportSeconds));
      expect(times.finalAt).to.be.lessThanOrEqual(genesisAt + BigInt(2 * EPOCH_SECONDS));
      expect(await capacity.phaseOf(1)).to.equal(Phase.Waiting);
      await time.increaseTo(times.startsAt - 1n);
      expect(await capacity.phaseOf(1)).to.equal(Phase.Waiting);
      await recordAt(times.startsAt);
      for (const [at, phase] of [
        [times.closesAt - 1n, Phase.Committing],
        [times.closesAt, Phase.Opening],
        [times.reportsFrom - 1n, Phase.Opening],
        [times.reportsFrom, Phase.Reporting],
        [times.finalAt - 1n, Phase.Reporting],
        // Nobody opened.
        [times.finalAt, Phase.Void],
      ] as const) {
        await time.increaseTo(at);
        expect(await capacity.phaseOf(1), String(at)).to.equal(phase);
      }
    });

    it("should start at times spread over the epoch, never too late to end in it", async () => {
      const { capacity, settlement, draw } = await networkHelpers.loadFixture(added);
      const { genesisAt } = await settlement.clock();
      const offsets: number[] = [];
      for (let epoch = 1; epoch <= 12; epoch++) {
        const times = await draw(epoch);
        offsets.push(Number(times.startsAt - times.drawAt) - RULES.leadSeconds);
        expect(times.finalAt).to.be.lessThanOrEqual(genesisAt + BigInt((epoch + 1) * EPOCH_SECONDS));
        expect(await capacity.phaseOf(epoch)).to.equal(Phase.Waiting);
      }
      expect(new Set(offsets).size).to.equal(offsets.length);
      expect(Math.max(...offsets) - Math.min(...offsets)).to.be.greaterThan(EPOCH_SECONDS / 3);
    });
  });

  describe("a pass", () => {
    /** The other node, which is always due, answers in a round that has begun: so the round counts. */
    const answer = async ({ capacity, bob, second, recordAt, compute, openings }: Added, epoch: number) => {
      const results = await compute(second, epoch);
      await capacity.connect(bob).commit(second, results.root);
      await recordAt((await capacity.timesOf(epoch)).closesAt);
      await capacity.open(second, await openings(second, epoch, results));
    };

    it("should follow from right results, committed and opened in time", async () => {
      const { capacity, alice, first, begin, recordAt, compute, openings } = await networkHelpers.loadFixture(added);
      expect(await capacity.hasCapacity(first, 1)).to.equal(false);
      const times = await begin(1);
      expect(await capacity.isPicked(first, 1)).to.equal(true);
      const results = await compute(first, 1);
      await expect(capacity.connect(alice).commit(first, results.root))
        .to.emit(capacity, "ResultsCommitted")
        .withArgs(1, first, results.root, GPU_STAKE);
      await recordAt(times.closesAt);
      await expect(capacity.open(first, await openings(first, 1, results)))
        .to.emit(capacity, "CapacityShown")
        .withArgs(1, first);
      expect((await capacity.answerOf(first, 1)).state).to.equal(State.Passed);
      expect(await capacity.tallyOf(1)).to.deep.equal([GPU_STAKE, 0n, false]);
      expect(await capacity.historyOf(first)).to.deep.equal([1n, true, 0n]);
      expect(await capacity.hasCapacity(first, 1)).to.equal(true);
    });

    it("should take as many products as the node has units", async () => {
      const { capacity, first, second } = await networkHelpers.loadFixture(added);
      expect(await capacity.productsOf(first, 1)).to.equal(BigInt(SIZE));
      expect(await capacity.productsOf(second, 1)).to.equal(BigInt(2 * SIZE));
    });

    it("should hold while the node is not picked, but for no more epochs than the rules say", async () => {
      const context = await networkHelpers.loadFixture(added);
      const { capacity, alice, first, draw, recordAt, round } = context;
      await round(1, [{ nodeId: first, agent: alice }]);
      for (const epoch of [2, 3]) {
        await draw(epoch);
        const luck = await luckOf(context, connection, { nodeId: first, epoch, picked: false });
        await recordAt((await capacity.timesOf(epoch)).startsAt, luck);
        expect(await capacity.isPicked(first, epoch), "not due").to.equal(false);
        expect(await capacity.hasCapacity(first, epoch)).to.equal(true);
      }
      // Due: no pass in the last two epochs.
      await draw(4);
      const luck = await luckOf(context, connection, { nodeId: first, epoch: 4, picked: false });
      await recordAt((await capacity.timesOf(4)).startsAt, luck);
      expect(await capacity.isPicked(first, 4)).to.equal(true);
      expect(await capacity.hasCapacity(first, 4), "nobody opened").to.equal(true);
      await answer(context, 4);
      expect(await capacity.hasCapacity(first, 4), "silent").to.equal(false);
      // Epochs without a round: the pass of epoch 1 still counts in 4 epochs, its own among them.
      expect(await capacity.hasCapacity(first, 5)).to.equal(false);
    });

    it("should be asked for by chance of a node that passed, and then needed for the epoch", async () => {
      const context = await networkHelpers.loadFixture(added);
      const { capacity, alice, first, draw, recordAt, round } = context;
      await round(1, [{ nodeId: first, agent: alice }]);
      await draw(2);
      await recordAt(
        (await capacity.timesOf(2)).startsAt,
        await luckOf(context, connection, { nodeId: first, epoch: 2, picked: true }),
      );
      expect(await capacity.isPicked(first, 2)).to.equal(true);
      await answer(context, 2);
      expect(await capacity.hasCapacity(first, 2)).to.equal(false);
      expect(await capacity.hasCapacity(first, 1), "the past stays").to.equal(true);
    });

    it("should not be asked of classes without a challenge, nor in another size than the epoch began with (I10)", async () => {
      const { capacity, catalog, first, begin } = await networkHelpers.loadFixture(added);
      await catalog.changeClass(CLASS, GPU_STAKE, 10, 0, true);
      await begin(1);
      expect(await capacity.isPicked(first, 1)).to.equal(false);
      expect(await capacity.hasCapacity(first, 1)).to.equal(true);
      // Of the epoch in which it changed, the old size holds.
      expect(await capacity.productsOf(first, 0)).to.equal(BigInt(SIZE));
    });

    it("should be asked of a node that is not due with the chance of the rules", async () => {
      const { capacity, alice, first, draw, recordAt, round } = await networkHelpers.loadFixture(added);
      await round(1, [{ nodeId: first, agent: alice }]);
      const { startsAt } = await draw(2);
      const snapshot = await networkHelpers.takeSnapshot();
      let picks = 0;
      for (let randao = 1n; randao <= 80n; randao++) {
        await recordAt(startsAt, randao);
        if (await capacity.isPicked(first, 2)) picks++;
        await snapshot.restore();
      }
      // 20 expected; four standard deviations are 15.5.
      expect(picks).to.be.within(5, 35);
    });
  });

  describe("commit", () => {
    it("should be for picked nodes, their keys, once, in the window", async () => {
      const { capacity, staking, alice, bob, carol, first, second, draw, record, recordAt } =
        await networkHelpers.loadFixture(added);
      await expect(capacity.connect(alice).commit(first, ROOT))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(0, Phase.None, Phase.Committing);
      const times = await draw(1);
      await expect(capacity.connect(alice).commit(first, ROOT))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Waiting, Phase.Committing);
      await time.increaseTo(times.opensAt);
      await expect(capacity.connect(alice).commit(first, ROOT), "the value is not recorded")
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_NotPicked")
        .withArgs(1, first);
      await record(times.startsAt);
      await expect(capacity.connect(alice).commit(first, ethers.ZeroHash)).to.be.revertedWithCustomError(
        capacity,
        "CapacityProofs_ZeroRoot",
      );
      await expect(capacity.connect(carol).commit(first, ROOT))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_NotAgent")
        .withArgs(first, carol);
      for (const nodeId of [0n, 99n]) {
        await expect(capacity.connect(alice).commit(nodeId, ROOT))
          .to.be.revertedWithCustomError(capacity, "CapacityProofs_NotAgent")
          .withArgs(nodeId, alice);
      }
      await capacity.connect(alice).commit(first, ROOT);
      await expect(capacity.connect(alice).commit(first, ethers.id("better")))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongState")
        .withArgs(1, first, State.Committed);
      await staking.connect(bob).setOperator(carol);
      await capacity.connect(carol).commit(second, ROOT);
      await recordAt(times.closesAt);
      await expect(capacity.connect(alice).commit(first, ROOT))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Opening, Phase.Committing);
    });

    it("should leave out nodes that were added after the last epoch, and retired ones", async () => {
      const { capacity, registry, alice, first, draw, recordAt, addChallenged } =
        await networkHelpers.loadFixture(added);
      const times = await draw(1);
      const late = await addChallenged(alice);
      await registry.connect(alice).retire(first);
      await recordAt(times.startsAt);
      for (const nodeId of [late, first]) {
        await expect(capacity.connect(alice).commit(nodeId, ROOT))
          .to.be.revertedWithCustomError(capacity, "CapacityProofs_NotPicked")
          .withArgs(1, nodeId);
      }
    });

    it("should not let a node off that retires after the start", async () => {
      const { capacity, registry, alice, first, begin } = await networkHelpers.loadFixture(added);
      await begin(1);
      await registry.connect(alice).retire(first);
      expect(await capacity.isPicked(first, 1)).to.equal(true);
    });
  });

  describe("open", () => {
    it("should take exactly the drawn entries, from the tree that was committed to", async () => {
      const { capacity, alice, first, begin, record, compute, openings } = await networkHelpers.loadFixture(added);
      const times = await begin(1);
      const results = await compute(first, 1);
      await capacity.connect(alice).commit(first, results.root);
      await time.increaseTo(times.closesAt);
      await expect(capacity.open(first, Array(RULES.entryCount).fill({ word: ROOT, siblings: [] })))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_NoValue")
        .withArgs(times.closesAt);
      await record(times.closesAt);
      const right = await openings(first, 1, results);
      const [head] = right;
      if (head === undefined) throw new Error("there are entries");
      const swapped = [...right.slice(1), head];
      const changed = [{ ...head, word: ethers.id("x") }, ...right.slice(1)];
      const cut = [{ ...head, siblings: head.siblings.slice(1) }, ...right.slice(1)];
      const long = [{ ...head, siblings: [...head.siblings, ethers.ZeroHash] }, ...right.slice(1)];
      for (const bad of [swapped, changed, cut, long]) {
        await expect(capacity.open(first, bad)).to.be.revertedWithCustomError(capacity, "CapacityProofs_NotInTree");
      }
      for (const bad of [[], right.slice(1), [...right, head]]) {
        await expect(capacity.open(first, bad))
          .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongCount")
          .withArgs(bad.length, RULES.entryCount);
      }
      await capacity.open(first, right);
      await expect(capacity.open(first, right))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongState")
        .withArgs(1, first, State.Passed);
    });

    it("should slash a wrong entry by the table, jail the node for the whole term, and cost it the epoch (I6)", async () => {
      const { capacity, staking, registry, market, alice, first, begin, recordAt, compute, openings } =
        await networkHelpers.loadFixture(added);
      const times = await begin(1);
      const results = await compute(first, 1, 100);
      await capacity.connect(alice).commit(first, results.root);
      await recordAt(times.closesAt);
      const before = (await staking.accountOf(alice)).active;
      const opened = capacity.open(first, await openings(first, 1, results));
      await expect(opened).to.emit(capacity, "EntryWrong");
      await expect(opened).to.emit(staking, "StakeSlashed");
      expect(before - (await staking.accountOf(alice)).active).to.equal(GPU_STAKE / 10n);
      expect((await capacity.answerOf(first, 1)).state).to.equal(State.Wrong);
      expect(await capacity.hasCapacity(first, 1)).to.equal(false);
      expect(await registry.statusOf(first)).to.equal(Status.Jailed);
      // A jailed node takes no work.
      await expect(registry.connect(market).reserve(first, 1, TASK)).to.be.revertedWithCustomError(
        registry,
        "NodeRegistry_NotEligible",
      );
      expect(await capacity.tallyOf(1), "it answered").to.deep.equal([GPU_STAKE, 0n, false]);
    });

    it("should not free a node that was wrong before its term is over, pass or not", async () => {
      const { registry, alice, first, round } = await networkHelpers.loadFixture(added);
      await round(1, [{ nodeId: first, agent: alice, lazy: true }]);
      const { jailedUntil } = await registry.nodeOf(first);
      await round(2, [{ nodeId: first, agent: alice }]);
      expect(await registry.statusOf(first)).to.equal(Status.Jailed);
      expect((await registry.nodeOf(first)).jailedUntil).to.equal(jailedUntil);
      await time.increaseTo(jailedUntil);
      expect(await registry.statusOf(first)).to.equal(Status.Active);
    });
  });

  describe("gas", () => {
    it("should stay under 10 M for the most entries of the longest rows", async () => {
      const { deployCapacity, registry, catalog, alice, bob, first, second, begin, recordAt } =
        await networkHelpers.loadFixture(added);
      const capacity = await deployCapacity({ entryCount: 32, rowsLog2: 6, rowWordsLog2: 8 });
      await registry.wire(capacity, JAIL);
      await catalog.changeClass(CLASS, GPU_STAKE, 10, 9, true);
      const times = await begin(1);
      const used: bigint[] = [];
      const measure = async (sent: Promise<ContractTransactionResponse>) =>
        used.push((await (await sent).wait())?.gasUsed ?? 0n);
      const all = new Map<bigint, Results>();
      for (const [nodeId, agent] of [
        [first, alice],
        [second, bob],
      ] as const) {
        const results = await computeFor(capacity, nodeId, 1);
        all.set(nodeId, results);
        await measure(capacity.connect(agent).commit(nodeId, results.root));
      }
      await recordAt(times.closesAt);
      for (const [nodeId, results] of all)
        await measure(capacity.open(nodeId, await openingsFor(capacity, nodeId, 1, results)));
      expect(Math.max(...used.slice(0, 2).map(Number)), "commit").to.be.lessThan(200_000);
      expect(Math.max(...used.slice(2).map(Number)), "open").to.be.lessThan(10_000_000);
    });
  });

  describe("silence", () => {
    /** Bob, with twice the stake, is picked and answers: the round counts, and takes reports until the second given back. */
    async function answeredByBob(context: Awaited<ReturnType<typeof added>>, epoch: number): Promise<bigint> {
      const { capacity, bob, second, draw, round } = context;
      await draw(epoch);
      const luck = await luckOf(context, connection, { nodeId: second, epoch, picked: true });
      await round(epoch, [{ nodeId: second, agent: bob }], luck);
      const { reportsFrom, finalAt } = await capacity.timesOf(epoch);
      await time.increaseTo(reportsFrom);
      return finalAt;
    }

    it("should cost the epoch only, and jail at the third in a row until the next pass", async () => {
      const context = await networkHelpers.loadFixture(added);
      const { capacity, registry, alice, first, round } = context;
      for (const epoch of [1, 2, 3]) {
        const finalAt = await answeredByBob(context, epoch);
        await expect(capacity.reportSilence(first))
          .to.emit(capacity, "SilenceReported")
          .withArgs(epoch, first, GPU_STAKE);
        await time.increaseTo(finalAt);
        expect(await capacity.hasCapacity(first, epoch)).to.equal(false);
        await expect(capacity.strike(epoch, first)).to.emit(capacity, "NodeStruck").withArgs(epoch, first, epoch);
        expect(await registry.statusOf(first)).to.equal(epoch === 3 ? Status.Jailed : Status.Active);
      }
      await round(4, [{ nodeId: first, agent: alice }]);
      expect(await registry.statusOf(first)).to.equal(Status.Active);
      expect(await capacity.historyOf(first)).to.deep.equal([4n, true, 0n]);
      expect(await capacity.hasCapacity(first, 4)).to.equal(true);
      expect((await capacity.answerOf(first, 3)).state).to.equal(State.Struck);
    });

    it("should jail in whatever order silences are counted: the newest first shields no older one", async () => {
      const context = await networkHelpers.loadFixture(added);
      const { capacity, registry, first } = context;
      for (const epoch of [1, 2, 3]) {
        const finalAt = await answeredByBob(context, epoch);
        await capacity.reportSilence(first);
        await time.increaseTo(finalAt);
      }
      for (const [count, epoch] of [3, 1, 2].entries()) {
        await expect(capacity.strike(epoch, first))
          .to.emit(capacity, "NodeStruck")
          .withArgs(epoch, first, count + 1);
        await expect(capacity.strike(epoch, first), "twice").to.be.revertedWithCustomError(
          capacity,
          "CapacityProofs_WrongState",
        );
      }
      expect(await registry.statusOf(first)).to.equal(Status.Jailed);
    });

    it("should be reported once, of picked nodes that did not open, in time", async () => {
      const { capacity, alice, first, second, begin, compute } = await networkHelpers.loadFixture(added);
      const times = await begin(1);
      await capacity.connect(alice).commit(first, (await compute(first, 1)).root);
      await expect(capacity.reportSilence(first))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Committing, Phase.Reporting);
      await time.increaseTo(times.reportsFrom);
      await expect(capacity.reportSilence(77))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_NotPicked")
        .withArgs(1, 77);
      // Committed and not opened is silent too.
      await capacity.reportSilence(first);
      await expect(capacity.reportSilence(first))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongState")
        .withArgs(1, first, State.Silent);
      await expect(capacity.strike(1, first))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Reporting, Phase.Final);
      await time.increaseTo(times.finalAt);
      await expect(capacity.reportSilence(second))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Void, Phase.Reporting);
    });

    it("should not count twice, nor from before a pass", async () => {
      const { capacity, alice, bob, first, second, round } = await networkHelpers.loadFixture(added);
      await round(1, [{ nodeId: second, agent: bob }]);
      const { reportsFrom, finalAt } = await capacity.timesOf(1);
      await time.increaseTo(reportsFrom);
      await capacity.reportSilence(first);
      await time.increaseTo(finalAt);
      await round(2, [{ nodeId: first, agent: alice }]);
      await expect(capacity.strike(1, first)).to.emit(capacity, "NodeStruck").withArgs(1, first, 0);
      await expect(capacity.strike(1, first))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongState")
        .withArgs(1, first, State.Struck);
      await expect(capacity.strike(1, second))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongState")
        .withArgs(1, second, State.Passed);
    });
  });

  describe("a void round", () => {
    it("should cost nobody anything: less than half of the picked stake answered", async () => {
      const { capacity, registry, alice, first, second, round } = await networkHelpers.loadFixture(added);
      await round(1, [{ nodeId: first, agent: alice }]);
      const { reportsFrom, finalAt } = await capacity.timesOf(1);
      await time.increaseTo(reportsFrom);
      await capacity.reportSilence(second);
      expect(await capacity.tallyOf(1)).to.deep.equal([GPU_STAKE, 2n * GPU_STAKE, false]);
      await time.increaseTo(finalAt);
      expect(await capacity.phaseOf(1)).to.equal(Phase.Void);
      await expect(capacity.strike(1, second))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_WrongPhase")
        .withArgs(1, Phase.Void, Phase.Final);
      expect(await registry.statusOf(second)).to.equal(Status.Active);
      expect(await capacity.hasCapacity(first, 1), "who passed has passed").to.equal(true);
      expect(await capacity.hasCapacity(second, 1), "and who never did has not").to.equal(false);
    });

    it("should leave earlier passes as they were", async () => {
      const { capacity, alice, bob, first, second, begin, round } = await networkHelpers.loadFixture(added);
      await round(1, [
        { nodeId: first, agent: alice },
        { nodeId: second, agent: bob },
      ]);
      // Nobody answers in 4, when both are due.
      const times = await begin(4);
      await time.increaseTo(times.reportsFrom);
      await capacity.reportSilence(second);
      await time.increaseTo(times.finalAt);
      expect(await capacity.hasCapacity(first, 4)).to.equal(true);
    });

    it("should not count because somebody records its values once its epoch is over (I10)", async () => {
      const { capacity, alice, bob, first, second, record, round } = await networkHelpers.loadFixture(added);
      await round(1, [
        { nodeId: first, agent: alice },
        { nodeId: second, agent: bob },
      ]);
      // Nobody records anything of 4, when both are due, until its report is being made.
      const { drawAt } = await capacity.timesOf(4);
      await time.increaseTo((await capacity.timesOf(5)).drawAt);
      expect(await capacity.hasCapacity(first, 4)).to.equal(true);
      await record(drawAt);
      await record((await capacity.timesOf(4)).startsAt);
      expect(await capacity.isPicked(first, 4)).to.equal(true);
      expect(await capacity.phaseOf(4)).to.equal(Phase.Void);
      expect(await capacity.hasCapacity(first, 4)).to.equal(true);
    });

    it("should be one in which nobody opened, whether or not that was reported", async () => {
      const { capacity, alice, first, begin, round } = await networkHelpers.loadFixture(added);
      await round(1, [{ nodeId: first, agent: alice }]);
      await time.increaseTo((await begin(4)).finalAt);
      expect(await capacity.tallyOf(4)).to.deep.equal([0n, 0n, false]);
      expect(await capacity.phaseOf(4)).to.equal(Phase.Void);
      expect(await capacity.hasCapacity(first, 4)).to.equal(true);
    });

    it("should be void exactly below half", async () => {
      const { capacity, alice, carol, staking, first, addChallenged, round } = await networkHelpers.loadFixture(added);
      await staking.connect(carol).register("");
      await staking.connect(carol).stake(1_000n * MILL);
      const third = await addChallenged(carol);
      await round(1, [{ nodeId: first, agent: alice }]);
      const { reportsFrom, finalAt } = await capacity.timesOf(1);
      await time.increaseTo(reportsFrom);
      await capacity.reportSilence(third);
      await time.increaseTo(finalAt);
      expect(await capacity.phaseOf(1)).to.equal(Phase.Final);
    });

    it("should come of a start that nobody recorded, and of nothing else that anybody does", async () => {
      const { capacity, first, draw } = await networkHelpers.loadFixture(added);
      const times = await draw(1);
      await time.increaseTo(times.finalAt);
      expect(await capacity.phaseOf(1)).to.equal(Phase.Void);
      expect(await capacity.isPicked(first, 1)).to.equal(false);
      expect(await capacity.seedOf(first, 1)).to.equal(ethers.ZeroHash);
      await expect(capacity.entryOf(first, 1, 0)).to.be.revertedWithCustomError(capacity, "CapacityProofs_NoValue");
    });

    it("should come of an outage of the sequencer inside the round, shown by its feed", async () => {
      const { deployCapacity, draw, recordAt, first } = await networkHelpers.loadFixture(added);
      const feed = await ethers.deployContract("FeedMock", [0]);
      const capacity = await deployCapacity({}, { sequencerFeed: await feed.getAddress() });
      const times = await draw(1);
      await recordAt(times.startsAt);
      for (const [roundId, at] of [
        [1n, times.startsAt - 1n],
        [2n, times.startsAt],
        [3n, times.reportsFrom - 1n],
        [4n, times.reportsFrom],
      ] as const) {
        await feed.set(roundId, 1, at, at);
      }
      for (const roundId of [1n, 4n]) {
        await expect(capacity.reportOutage(roundId)).to.be.revertedWithCustomError(capacity, "CapacityProofs_NoOutage");
      }
      for (const roundId of [2n, 3n]) {
        await expect(capacity.reportOutage(roundId)).to.emit(capacity, "OutageReported");
      }
      await time.increaseTo(times.finalAt);
      expect(await capacity.phaseOf(1)).to.equal(Phase.Void);
      await expect(capacity.reportOutage(2)).to.be.revertedWithCustomError(capacity, "CapacityProofs_NoOutage");
      expect(await capacity.isPicked(first, 1)).to.equal(true);
    });

    it("should not be made void by an outage where there is no feed", async () => {
      const { capacity, begin } = await networkHelpers.loadFixture(added);
      await begin(1);
      await expect(capacity.reportOutage(1))
        .to.be.revertedWithCustomError(capacity, "CapacityProofs_NoOutage")
        .withArgs(1, 0);
    });
  });

  describe("constructor", () => {
    it("should refuse rules out of bounds, and rounds that do not fit into an epoch", async () => {
      const { capacity, deployCapacity } = await networkHelpers.loadFixture(deploy);
      const bad: Partial<typeof RULES>[] = [
        { windowSeconds: 0 },
        { openSeconds: 0 },
        { reportSeconds: 0 },
        { jailSeconds: 0 },
        { jailSeconds: 30 * DAY + 1 },
        { pickPpm: 249_999 },
        { pickPpm: 1_000_001 },
        { entryCount: 0 },
        { entryCount: 33 },
        { rowsLog2: 2 },
        { rowsLog2: 13 },
        { rowWordsLog2: 9 },
        { recheckEpochs: 0 },
        { recheckEpochs: 4 },
        { validEpochs: 65 },
        { strikes: 0 },
        { strikes: 17 },
        { leadSeconds: EPOCH_SECONDS },
        { leadSeconds: EPOCH_SECONDS - 60 - 600 - 900 - 1_200 - 599 },
      ];
      for (const changes of bad) {
        await expect(deployCapacity(changes), JSON.stringify(changes)).to.be.revertedWithCustomError(
          capacity,
          "CapacityProofs_BadRules",
        );
      }
      await deployCapacity({ leadSeconds: EPOCH_SECONDS - 60 - 600 - 900 - 1_200 - 600 });
      expect((await capacity.rules()).pickPpm).to.equal(BigInt(RULES.pickPpm));
      await expect(deployCapacity({}, { beacon: ethers.ZeroAddress })).to.be.revertedWithCustomError(
        capacity,
        "CapacityProofs_ZeroAddress",
      );
    });

    it("should give a beacon of committed secrets the notice and the delay that it needs", async () => {
      const { capacity, deployCapacity } = await networkHelpers.loadFixture(deploy);
      const beacon = await (await ethers.deployContract("CommitRevealBeacon", [400, 201, 1])).getAddress();
      await expect(deployCapacity({}, { beacon })).to.be.revertedWithCustomError(capacity, "CapacityProofs_BadRules");
      const slower = await deployCapacity({ leadSeconds: 601 }, { beacon });
      expect(await slower.beacon()).to.equal(beacon);
    });
  });
});
