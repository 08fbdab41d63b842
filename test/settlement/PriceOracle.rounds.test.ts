import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

const { ethers, networkHelpers } = await hre.network.create();

const WAD = 10n ** 18n;
const HOUR = 3_600;
const HALF_LIFE = 1_800;
const HEARTBEAT = 24 * HOUR;
const DEVIATION = 20_000;
const GRACE = HOUR;
const PHASE = 1n << 64n;
const ALL_GAS = 16_000_000n;

describe("PriceOracle: rounds", () => {
  async function deployWith(sequenced: boolean) {
    const [governor] = await ethers.getSigners();
    const authority = await ethers.deployContract("AccessManager", [governor]);
    const feeds = [await ethers.deployContract("FeedMock", [18]), await ethers.deployContract("FeedMock", [18])];
    const sequencer = await ethers.deployContract("FeedMock", [0]);
    const oracle = await ethers.deployContract("PriceOracle", [
      authority,
      HALF_LIFE,
      feeds.map((feed) => ({ feed, heartbeatSeconds: HEARTBEAT })),
      DEVIATION,
      sequenced ? sequencer : ethers.ZeroAddress,
      GRACE,
    ]);
    const start = await networkHelpers.time.latest();
    return { feeds, oracle, sequencer, start };
  }
  const deploy = () => deployWith(false);
  const deploySequenced = () => deployWith(true);

  /** Three rounds a feed, an hour apart, and an observation before them. */
  async function threeRounds() {
    const context = await networkHelpers.loadFixture(deploy);
    const { feeds, oracle, start } = context;
    for (const feed of feeds) await feed.set(1, WAD, start, start);
    await oracle.observe();
    for (const feed of feeds) {
      for (const n of [1, 2]) await feed.set(n + 1, BigInt(n + 1) * WAD, start + n * HOUR, start + n * HOUR);
    }
    await networkHelpers.time.increaseTo(start + 3 * HOUR);
    return context;
  }

  describe("priceAt", () => {
    it("should take the round that held, to the second", async () => {
      const { oracle, start } = await threeRounds();
      const ema = WAD; // nothing but the first round was ever observed
      for (const [at, id] of [
        [start + HOUR - 1, 1],
        [start + HOUR, 2],
        [start + 2 * HOUR - 1, 2],
        [start + 2 * HOUR, 3],
        [start + 3 * HOUR - 1, 3],
      ]) {
        expect(await oracle.priceAt(at, [id, id]), `${at - start}`).to.deep.equal([ema, BigInt(id) * WAD, true]);
      }
    });

    it("should leave the caller no choice: every other round is refused", async () => {
      const { oracle, feeds, start } = await threeRounds();
      const at = start + HOUR + 10;
      for (const wrong of [0n, 1n, 3n, 4n, PHASE | 2n, (1n << 80n) - 1n]) {
        for (const [rounds, feed] of [
          [[wrong, 2n], feeds[0]],
          [[2n, wrong], feeds[1]],
        ] as const) {
          await expect(oracle.priceAt(at, [...rounds]))
            .to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound")
            .withArgs(feed, wrong, at);
        }
      }
    });

    it("should take the highest round that there can be, which none follows", async () => {
      const { feeds, oracle, start } = await threeRounds();
      const last = 2n ** 80n - 1n;
      for (const feed of feeds) await feed.set(last, 4n * WAD, start + 3 * HOUR, start + 3 * HOUR);
      await networkHelpers.time.increaseTo(start + 5 * HOUR);
      expect((await oracle.priceAt(start + 4 * HOUR, [last, last]))[1]).to.equal(4n * WAD);
    });

    it("should want as many rounds as there are feeds", async () => {
      const { oracle, start } = await threeRounds();
      for (const rounds of [[], [2], [2, 2, 2]]) {
        await expect(oracle.priceAt(start + HOUR, rounds))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_RoundCount")
          .withArgs(rounds.length, 2);
      }
    });

    it("should refuse this second and the future, whose rounds may still change", async () => {
      const { oracle } = await threeRounds();
      const now = await networkHelpers.time.latest();
      for (const at of [now, now + 1]) {
        await expect(oracle.priceAt(at, [3, 3]))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_NotPast")
          .withArgs(at);
      }
    });

    it("should be unusable before the first observation, and before the first sources", async () => {
      const { oracle, feeds, start } = await networkHelpers.loadFixture(deploy);
      for (const feed of feeds) await feed.set(1, WAD, start, start);
      await networkHelpers.time.increase(HOUR);
      expect(await oracle.priceAt(start + 10, [1, 1])).to.deep.equal([0n, 0n, false]);
      expect(await oracle.priceAt(start - 100, [])).to.deep.equal([0n, 0n, false]);
    });

    it("should ask the EMA of that time, whatever was observed later", async () => {
      const { oracle, start } = await threeRounds();
      const before = await oracle.priceAt(start + 2 * HOUR, [3, 3]);
      await oracle.observe();
      await networkHelpers.time.increase(HOUR);
      await oracle.observe();
      expect(await oracle.priceAt(start + 2 * HOUR, [3, 3])).to.deep.equal(before);
    });

    it("should leave out a round that was stale, whoever names it", async () => {
      const { oracle, feeds, start } = await threeRounds();
      const at = start + 2 * HOUR + HEARTBEAT + 1;
      await networkHelpers.time.increaseTo(at + 1);
      await feeds[1].set(4, WAD, at - 10, at - 10);
      expect((await oracle.priceAt(at, [3, 4]))[2]).to.equal(false);
      await expect(oracle.priceAt(at, [3, 3])).to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound");
    });

    it("should leave out a feed that is dead or had not begun, whatever round is named", async () => {
      const { oracle, feeds, start } = await threeRounds();
      await feeds[1].setMood(1);
      for (const any of [0, 3, 77]) {
        expect((await oracle.priceAt(start + HOUR, [2, any], { gasLimit: ALL_GAS }))[2]).to.equal(false);
      }
      await feeds[1].setMood(0);
      expect((await oracle.priceAt(start - 1, []))[2], "before the sources").to.equal(false);
    });
  });

  describe("a proxy that changes its aggregator", () => {
    /** Phase 1 has rounds 1 and 2, phase 2 begins an hour later. */
    async function twoPhases() {
      const context = await networkHelpers.loadFixture(deploy);
      const { feeds, oracle, start } = context;
      for (const feed of feeds) {
        await feed.set(PHASE | 1n, WAD, start, start);
        await feed.set(PHASE | 2n, 2n * WAD, start + HOUR, start + HOUR);
      }
      await networkHelpers.time.increaseTo(start + HOUR);
      await oracle.observe();
      for (const feed of feeds) {
        await feed.set((2n * PHASE) | 1n, 3n * WAD, start + 2 * HOUR, start + 2 * HOUR);
        await feed.set((2n * PHASE) | 2n, 4n * WAD, start + 3 * HOUR, start + 3 * HOUR);
      }
      await networkHelpers.time.increaseTo(start + 4 * HOUR);
      return context;
    }

    /** Both feeds with rounds so many hours after the start, which is observed, and time gone on beyond them. */
    async function phases(rounds: readonly (readonly [id: bigint, hours: number])[]) {
      const context = await networkHelpers.loadFixture(deploy);
      const { feeds, oracle, start } = context;
      for (const feed of feeds) await feed.set(PHASE | 1n, WAD, start, start);
      await oracle.observe();
      for (const feed of feeds) {
        for (const [id, hours] of rounds) await feed.set(id, WAD, start + hours * HOUR, start + hours * HOUR);
      }
      await networkHelpers.time.increaseTo(start + 10 * HOUR);
      return context;
    }

    it("should let the last round of a phase hold until the next phase begins", async () => {
      const { oracle, start } = await twoPhases();
      const last = PHASE | 2n;
      const first = (2n * PHASE) | 1n;
      const spotOf = async (at: number, id: bigint) => (await oracle.priceAt(at, [id, id]))[1];
      expect(await spotOf(start + 2 * HOUR - 1, last)).to.equal(2n * WAD);
      expect(await spotOf(start + 2 * HOUR, first)).to.equal(3n * WAD);
      await expect(spotOf(start + 2 * HOUR, last)).to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound");
      await expect(spotOf(start + 2 * HOUR - 1, first)).to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound");
    });

    it("should count a new aggregator from its first round, which may be older than its place in the proxy", async () => {
      const { feeds, oracle, start } = await phases([
        [PHASE | 1n, 0],
        [PHASE | 2n, 2],
        [PHASE | 3n, 4],
        [(2n * PHASE) | 1n, 1],
        [(2n * PHASE) | 2n, 3],
        [(2n * PHASE) | 3n, 5],
      ]);
      for (const [hours, id] of [
        [0, PHASE | 1n],
        [2, (2n * PHASE) | 1n],
        [4, (2n * PHASE) | 2n],
      ] as [number, bigint][]) {
        const at = start + hours * HOUR + 600;
        expect(await oracle.roundsAt(at)).to.deep.equal([id, id]);
        expect((await oracle.priceAt(at, [id, id]))[2]).to.equal(true);
        if (hours === 0) continue;
        const other = PHASE | BigInt(1 + hours / 2);
        await expect(oracle.priceAt(at, [other, other]))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound")
          .withArgs(feeds[0], other, at);
      }
    });

    it("should end a phase that one without any round follows, when the next round comes", async () => {
      const last = PHASE | 2n;
      const first = (3n * PHASE) | 1n;
      const { oracle, start } = await phases([
        [PHASE | 1n, 0],
        [last, 1],
        [first, 3],
      ]);
      const ended = start + 3 * HOUR;
      for (const [at, right, wrong] of [
        [ended - 1, last, first],
        [ended, first, last],
      ] as [number, bigint, bigint][]) {
        expect(await oracle.roundsAt(at)).to.deep.equal([right, right]);
        expect((await oracle.priceAt(at, [right, right]))[2]).to.equal(true);
        await expect(oracle.priceAt(at, [wrong, wrong])).to.be.revertedWithCustomError(
          oracle,
          "PriceOracle_WrongRound",
        );
      }
    });

    it("should find the rounds of each phase", async () => {
      const { oracle, start } = await twoPhases();
      for (const [at, id] of [
        [start + HOUR - 1, PHASE | 1n],
        [start + 2 * HOUR - 1, PHASE | 2n],
        [start + 2 * HOUR, (2n * PHASE) | 1n],
        [start + 4 * HOUR - 1, (2n * PHASE) | 2n],
      ] as [number, bigint][]) {
        expect(await oracle.roundsAt(at)).to.deep.equal([id, id]);
      }
    });
  });

  describe("roundsAt", () => {
    it("should name the rounds that priceAt accepts, for any history", async () => {
      const { oracle, feeds, start } = await networkHelpers.loadFixture(deploy);
      for (const feed of feeds) await feed.set(1, WAD, start, start);
      await oracle.observe();
      const gaps = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(gaps, gaps, fc.integer({ min: 0, max: 60_000 }), async (first, second, after) => {
          const snapshot = await networkHelpers.takeSnapshot();
          for (const [i, list] of [first, second].entries()) {
            let at = start;
            for (const [n, gap] of list.entries()) {
              at += gap;
              await feeds[i].set(n + 2, WAD, at, at);
            }
          }
          await networkHelpers.time.increaseTo(start + 70_000);
          const rounds = await oracle.roundsAt(start + after + 5);
          expect((await oracle.priceAt(start + after + 5, [...rounds]))[2]).to.equal(true);
          await snapshot.restore();
        }),
        { numRuns: 40 },
      );
    });

    it("should name a first round for a feed that had not begun, and zero for a dead one", async () => {
      const { oracle, feeds, start } = await networkHelpers.loadFixture(deploy);
      await feeds[0].set(1, WAD, start + 100, start + 100);
      await feeds[1].setMood(1);
      await networkHelpers.time.increase(HOUR);
      const rounds = await oracle.roundsAt(start + 50, { gasLimit: ALL_GAS });
      expect(rounds).to.deep.equal([1n, 0n]);
      expect((await oracle.priceAt(start + 50, [...rounds], { gasLimit: ALL_GAS }))[2]).to.equal(false);
    });
  });

  describe("a rollup's sequencer", () => {
    async function sequenced(downSince?: number) {
      const context = await networkHelpers.loadFixture(deploySequenced);
      const { feeds, sequencer, oracle, start } = context;
      await sequencer.set(1, 0, start - 2 * GRACE, start - 2 * GRACE);
      for (const feed of feeds) await feed.set(1, WAD, start, start);
      await oracle.observe();
      await networkHelpers.time.increaseTo(start + 2 * HALF_LIFE);
      if (downSince !== undefined) await sequencer.set(2, 1, start + downSince, start + downSince);
      return context;
    }

    it("should be usable while it is up", async () => {
      const { oracle, start } = await sequenced();
      expect((await oracle.prices())[2]).to.equal(true);
      expect((await oracle.priceAt(start + 100, [1, 1, 1]))[2]).to.equal(true);
      expect(await oracle.roundsAt(start + 100)).to.deep.equal([1n, 1n, 1n]);
    });

    it("should not be usable while it is down, nor for a grace after", async () => {
      const { oracle, sequencer, start } = await sequenced(HALF_LIFE);
      expect((await oracle.prices())[2], "down").to.equal(false);
      await expect(oracle.observe()).to.be.revertedWithCustomError(oracle, "PriceOracle_NoUsableSpot");
      expect((await oracle.priceAt(start + 100, [1, 1, 1]))[2], "before").to.equal(true);
      expect((await oracle.priceAt(start + HALF_LIFE + 1, [1, 1, 2]))[2], "down then").to.equal(false);
      const up = await networkHelpers.time.latest();
      await sequencer.set(3, 0, up, up);
      expect((await oracle.prices())[2], "in grace").to.equal(false);
      await networkHelpers.time.increaseTo(up + GRACE);
      expect((await oracle.prices())[2], "after grace").to.equal(true);
      await networkHelpers.time.increase(10);
      expect((await oracle.priceAt(up + GRACE - 1, [1, 1, 3]))[2], "in grace then").to.equal(false);
      expect((await oracle.priceAt(up + GRACE, [1, 1, 3]))[2], "after grace then").to.equal(true);
    });

    it("should refuse another round of it than the one that held", async () => {
      const { oracle, sequencer, start } = await sequenced(HALF_LIFE);
      await expect(oracle.priceAt(start + HALF_LIFE + 1, [1, 1, 1]))
        .to.be.revertedWithCustomError(oracle, "PriceOracle_WrongRound")
        .withArgs(sequencer, 1, start + HALF_LIFE + 1);
    });
  });
});

describe("PostedFeed", () => {
  async function deploy() {
    const [owner, stranger] = await ethers.getSigners();
    const feed = await ethers.deployContract("PostedFeed", [owner, 8, "MILL / USD"]);
    return { owner, stranger, feed };
  }

  it("should keep every answer as a round", async () => {
    const { feed } = await networkHelpers.loadFixture(deploy);
    await expect(feed.post(5n)).to.emit(feed, "Posted");
    const first = BigInt(await networkHelpers.time.latest());
    await feed.post(-7n);
    const second = BigInt(await networkHelpers.time.latest());
    expect(await feed.getRoundData(1)).to.deep.equal([1n, 5n, first, first, 1n]);
    expect(await feed.latestRoundData()).to.deep.equal([2n, -7n, second, second, 2n]);
    expect([await feed.decimals(), await feed.description(), await feed.version()]).to.deep.equal([
      8n,
      "MILL / USD",
      1n,
    ]);
  });

  it("should answer nothing for rounds that are not there", async () => {
    const { feed } = await networkHelpers.loadFixture(deploy);
    await expect(feed.latestRoundData()).to.be.revertedWithCustomError(feed, "PostedFeed_NoRound").withArgs(0);
    await feed.post(5n);
    for (const id of [0, 2]) {
      await expect(feed.getRoundData(id)).to.be.revertedWithCustomError(feed, "PostedFeed_NoRound").withArgs(id);
    }
  });

  it("should take answers of its owner only, X-40", async () => {
    const { feed, stranger } = await networkHelpers.loadFixture(deploy);
    await expect(feed.connect(stranger).post(1n)).to.be.revertedWithCustomError(feed, "OwnableUnauthorizedAccount");
  });
});
