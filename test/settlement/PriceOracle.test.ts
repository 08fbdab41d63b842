import { expect } from "chai";
import hre from "hardhat";

const { ethers, networkHelpers } = await hre.network.create();

const WAD = 10n ** 18n;
const HOUR = 3_600;
const HALF_LIFE = 1_800;
const HEARTBEAT = 24 * HOUR;
const DEVIATION = 20_000;
const ALL_GAS = 16_000_000n;
/** `FeedMock.Mood`. */
const MOODS = { Dead: 1, GasBurner: 2, Short: 3, Bomb: 4 };

describe("PriceOracle", () => {
  async function deploy() {
    const [governor, stranger] = await ethers.getSigners();
    const authority = await ethers.deployContract("AccessManager", [governor]);
    const feeds = [];
    for (const decimals of [8, 18, 18]) feeds.push(await ethers.deployContract("FeedMock", [decimals]));
    const sources = feeds.map((feed) => ({ feed, heartbeatSeconds: HEARTBEAT }));
    const oracle = await ethers.deployContract("PriceOracle", [
      authority,
      HALF_LIFE,
      sources,
      DEVIATION,
      ethers.ZeroAddress,
      0,
    ]);
    return { governor, stranger, authority, feeds, sources, oracle };
  }

  /** With the first two sources only. */
  async function deployPair() {
    const context = await networkHelpers.loadFixture(deploy);
    await context.oracle.setSources(context.sources.slice(0, 2), DEVIATION);
    return context;
  }

  const now = () => networkHelpers.time.latest();
  type Context = Awaited<ReturnType<typeof deploy>>;

  /** Next round of a feed, dated now. */
  async function answer(feed: Context["feeds"][number], priceWad: bigint, at?: number): Promise<number> {
    const updatedAt = at ?? (await now());
    const scaled = (await feed.decimals()) === 8n ? priceWad / 10n ** 10n : priceWad;
    await feed.set((await feed.latestId()) + 1n, scaled, updatedAt, updatedAt);
    return updatedAt;
  }

  async function answerAll({ feeds }: Context, ...pricesWad: bigint[]): Promise<void> {
    for (const [i, price] of pricesWad.entries()) await answer(feeds[i], price);
  }

  describe("constructor and setSources", () => {
    it("X-05: should refuse fewer than two, too many, equal, empty and silent sources", async () => {
      const { oracle, sources, feeds, stranger } = await networkHelpers.loadFixture(deploy);
      const set = (list: typeof sources) => oracle.setSources(list, DEVIATION);
      for (const count of [0, 1]) {
        await expect(set(sources.slice(0, count)))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_SourceCount")
          .withArgs(count, 7);
      }
      await expect(set(Array.from({ length: 8 }, () => sources[0]))).to.be.revertedWithCustomError(
        oracle,
        "PriceOracle_SourceCount",
      );
      const bad = [
        { feed: feeds[0], heartbeatSeconds: HEARTBEAT },
        { feed: feeds[2], heartbeatSeconds: 0 },
        { feed: stranger, heartbeatSeconds: HEARTBEAT },
        { feed: await ethers.deployContract("FeedMock", [19]), heartbeatSeconds: HEARTBEAT },
      ];
      for (const second of bad) {
        await expect(oracle.setSources([sources[0], second], DEVIATION))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_BadSource")
          .withArgs(second.feed);
      }
    });

    it("should keep the deviation and the half-life within their bounds", async () => {
      const { oracle, sources, authority } = await networkHelpers.loadFixture(deploy);
      for (const deviation of [999, 20_001]) {
        await expect(oracle.setSources(sources, deviation))
          .to.be.revertedWithCustomError(oracle, "PriceOracle_DeviationOutOfBounds")
          .withArgs(deviation, 1_000, 20_000);
      }
      for (const halfLife of [0, 86_401]) {
        await expect(
          ethers.deployContract("PriceOracle", [authority, halfLife, sources, DEVIATION, ethers.ZeroAddress, 0]),
        ).to.be.revertedWithCustomError(oracle, "PriceOracle_HalfLifeOutOfBounds");
      }
    });

    it("should be for governance only, X-40", async () => {
      const { oracle, sources, stranger } = await networkHelpers.loadFixture(deploy);
      await expect(oracle.connect(stranger).setSources(sources, DEVIATION)).to.be.revertedWithCustomError(
        oracle,
        "AccessManagedUnauthorized",
      );
    });

    it("should leave a past price to the sources it had, T-57", async () => {
      const context = await deployPair();
      const { oracle, feeds, sources } = context;
      await answerAll(context, WAD, WAD);
      await oracle.observe();
      const past = (await now()) + 10;
      await networkHelpers.time.increaseTo(past + 1);
      const other = await ethers.deployContract("FeedMock", [18]);
      await answer(other, 9n * WAD);
      await answer(feeds[2], 9n * WAD);
      await oracle.setSources([sources[2], { feed: other, heartbeatSeconds: HEARTBEAT }], DEVIATION);
      expect(await oracle.spot()).to.deep.equal([9n * WAD, true]);
      expect(await oracle.priceAt(past, [...(await oracle.roundsAt(past))])).to.deep.equal([WAD, WAD, true]);
      expect(await oracle.sources()).to.deep.equal([
        [
          [await feeds[2].getAddress(), BigInt(HEARTBEAT)],
          [await other.getAddress(), BigInt(HEARTBEAT)],
        ],
        BigInt(DEVIATION),
      ]);
    });
  });

  describe("spot", () => {
    it("should be the median, in one unit", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      await answerAll(context, 2n * WAD, (201n * WAD) / 100n, (202n * WAD) / 100n);
      expect(await context.oracle.spot()).to.deep.equal([(201n * WAD) / 100n, true]);
    });

    it("should not move with a single outlier, X-03", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      for (const outlier of [1n, 2n ** 103n]) {
        await answerAll(context, WAD, WAD + 1n * 10n ** 15n, outlier);
        const [spot, usable] = await context.oracle.spot();
        expect(usable && spot >= WAD && spot <= WAD + 10n ** 15n).to.equal(true);
      }
    });

    it("should not be usable when a source is clamped to its bound while the market falls, X-18", async () => {
      const context = await deployPair();
      await answerAll(context, WAD / 10n, WAD / 1_000n);
      expect(await context.oracle.spot()).to.deep.equal([0n, false]);
    });

    it("should leave out answers of zero, below zero, too large, stale or from the future", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      const { oracle, feeds } = context;
      await answerAll(context, WAD, WAD, WAD);
      const at = await now();
      const id = 100;
      for (const [value, updatedAt] of [
        [0n, at],
        [-WAD, at],
        [2n ** 104n, at],
        [2n ** 255n - 1n, at],
        [WAD, at - HEARTBEAT - 1],
        [WAD, at + HOUR],
      ] as [bigint, number][]) {
        await feeds[2].set(id, value, updatedAt, updatedAt);
        expect(await oracle.spot(), `${value} ${updatedAt}`).to.deep.equal([WAD, true]);
        await oracle.setSources(
          [
            { feed: feeds[1], heartbeatSeconds: HEARTBEAT },
            { feed: feeds[2], heartbeatSeconds: HEARTBEAT },
          ],
          DEVIATION,
        );
        expect(await oracle.spot(), `${value} ${updatedAt}`).to.deep.equal([0n, false]);
        await oracle.setSources(context.sources, DEVIATION);
      }
    });

    it("should survive a feed that dies, burns its gas, or answers too little or too much, T-53", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      const { oracle, feeds } = context;
      await answerAll(context, WAD, WAD, WAD);
      for (const mood of Object.values(MOODS)) {
        await feeds[2].setMood(mood);
        expect(await oracle.spot({ gasLimit: ALL_GAS })).to.deep.equal([WAD, true]);
      }
    });

    it("should never take a feed for dead because the caller brought too little gas, T-53", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      const { oracle } = context;
      await answerAll(context, WAD, WAD, WAD);
      for (let gasLimit = 30_000n; gasLimit < 450_000n; gasLimit += 10_000n) {
        try {
          const [, usable] = await oracle.spot({ gasLimit });
          expect(usable, `${gasLimit}`).to.equal(true);
        } catch (error) {
          expect(String(error)).to.match(/TooLittleGas|out of gas|ran out of gas|intrinsic/i);
        }
      }
    });
  });

  describe("observe and ema", () => {
    it("should count an observation only for the time after it", async () => {
      const context = await deployPair();
      const { oracle } = context;
      await answerAll(context, WAD, WAD);
      await expect(oracle.observe()).to.emit(oracle, "Observed").withArgs(WAD, WAD);
      expect(await oracle.firstObservedAt()).to.equal(await now());
      await answerAll(context, 3n * WAD, 3n * WAD);
      await networkHelpers.time.increase(10 * HALF_LIFE);
      expect(await oracle.ema(), "unobserved").to.equal(WAD);
      await oracle.observe();
      expect(await oracle.ema(), "same block").to.equal(WAD);
      await networkHelpers.time.increase(HALF_LIFE);
      expect(await oracle.ema(), "a half-life later").to.equal(2n * WAD);
    });

    it("should not let a spike of one block move either bound in that block, X-04", async () => {
      const context = await deployPair();
      const { oracle } = context;
      await answerAll(context, WAD, WAD);
      await oracle.observe();
      await networkHelpers.time.increase(HALF_LIFE);
      await answerAll(context, 5n * WAD, 5n * WAD);
      await oracle.observe();
      expect((await oracle.prices())[0], "lo").to.equal(WAD);
      await answerAll(context, WAD, WAD);
      await oracle.observe();
      const [lo, hi] = await oracle.prices();
      expect(lo).to.equal(WAD);
      expect(hi < (101n * WAD) / 100n, "hi").to.equal(true);
    });

    it("should keep the last of a block's observations only, X-04", async () => {
      const context = await deployPair();
      const { oracle, feeds } = context;
      await answerAll(context, WAD, WAD);
      await oracle.observe();
      await networkHelpers.time.increase(HALF_LIFE);
      const at = (await now()) + 1;
      const spotOf = async (price: bigint) => {
        await feeds[0].set(at + Number(price % 97n), price / 10n ** 10n, at, at, { gasLimit: 500_000 });
        await feeds[1].set(at + Number(price % 97n), price, at, at, { gasLimit: 500_000 });
        await oracle.observe({ gasLimit: 1_000_000 });
      };
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        await spotOf(9n * WAD);
        await spotOf(3n * WAD);
        await networkHelpers.time.setNextBlockTimestamp(at);
        await networkHelpers.mine();
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      expect(await oracle.queryFilter(oracle.filters.Observed(), -1)).to.have.lengthOf(2);
      expect(await oracle.ema(), "in that block").to.equal(WAD);
      await networkHelpers.time.increase(HALF_LIFE);
      expect(await oracle.ema(), "half-way to the last, as if the first had not been").to.equal(2n * WAD);
    });

    it("should refuse when no spot is usable, and change nothing", async () => {
      const context = await deployPair();
      await expect(context.oracle.observe()).to.be.revertedWithCustomError(context.oracle, "PriceOracle_NoUsableSpot");
      expect(await context.oracle.firstObservedAt()).to.equal(0n);
      expect(await context.oracle.ema()).to.equal(0n);
    });
  });

  describe("prices", () => {
    it("should be usable only after a half-life of history, X-16", async () => {
      const context = await deployPair();
      const { oracle } = context;
      await answerAll(context, WAD, WAD);
      expect((await oracle.prices())[2], "never observed").to.equal(false);
      await oracle.observe();
      const first = await now();
      await networkHelpers.time.increaseTo(first + HALF_LIFE - 1);
      expect((await oracle.prices())[2], "too early").to.equal(false);
      await networkHelpers.time.increaseTo(first + HALF_LIFE);
      expect(await oracle.prices()).to.deep.equal([WAD, WAD, true]);
    });

    it("should order spot and EMA", async () => {
      const context = await deployPair();
      const { oracle } = context;
      await answerAll(context, 2n * WAD, 2n * WAD);
      await oracle.observe();
      await networkHelpers.time.increase(HALF_LIFE);
      await answerAll(context, WAD, WAD);
      expect(await oracle.prices()).to.deep.equal([WAD, 2n * WAD, true]);
      await answerAll(context, 3n * WAD, 3n * WAD);
      expect(await oracle.prices()).to.deep.equal([2n * WAD, 3n * WAD, true]);
    });
  });
});
