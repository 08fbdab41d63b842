import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { hardwareFixture } from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

const HOUR = 3_600;
const RULES = { noticeSeconds: 24 * HOUR, budgetSeconds: 8 * HOUR, periodSeconds: 30 * 24 * HOUR };

describe("MaintenanceWindows", () => {
  const deployHardware = hardwareFixture(connection);

  async function deploy() {
    const context = await deployHardware();
    const windows = await ethers.deployContract("MaintenanceWindows", [context.staking, context.registry, RULES]);
    await context.addNode(context.alice);
    await context.addNode(context.bob);
    const start = (await time.latest()) + RULES.noticeSeconds + HOUR;
    return { ...context, windows: windows.connect(context.alice), start };
  }

  describe("constructor", () => {
    it("should refuse to leave out a contract, and rules that contradict each other", async () => {
      const { staking, registry } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("MaintenanceWindows");
      for (const [a, b] of [
        [ethers.ZeroAddress, registry],
        [staking, ethers.ZeroAddress],
      ] as const) {
        await expect(factory.deploy(a, b, RULES)).to.be.revertedWithCustomError(
          factory,
          "MaintenanceWindows_ZeroAddress",
        );
      }
      for (const budgetSeconds of [0, RULES.periodSeconds, RULES.periodSeconds + 1]) {
        await expect(factory.deploy(staking, registry, { ...RULES, budgetSeconds }))
          .to.be.revertedWithCustomError(factory, "MaintenanceWindows_BadRules")
          .withArgs(RULES.noticeSeconds, budgetSeconds, RULES.periodSeconds);
      }
    });

    it("should tell its rules", async () => {
      const { windows } = await networkHelpers.loadFixture(deploy);
      expect(await windows.rules()).to.deep.equal([24n * 3_600n, 8n * 3_600n, 720n * 3_600n]);
    });
  });

  describe("announce", () => {
    it("should store a window and log it", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await expect(windows.announce(1, start, HOUR))
        .to.emit(windows, "MaintenanceAnnounced")
        .withArgs(1, start, start + HOUR);
      expect(await windows.windowOf(1, 0)).to.deep.equal([BigInt(start), BigInt(start + HOUR), 0n]);
      expect(await windows.windowOf(1, 1)).to.deep.equal([0n, 0n, 0n]);
      expect([await windows.windowCount(1), await windows.windowCount(2)]).to.deep.equal([1n, 0n]);
    });

    it("should serve the provider and its operator, and nobody else (T-54)", async () => {
      const { windows, staking, alice, carol, bob, start } = await networkHelpers.loadFixture(deploy);
      await staking.connect(alice).setOperator(carol);
      await windows.connect(carol).announce(1, start, HOUR);
      for (const nodeId of [2, 3, 0]) {
        await expect(windows.connect(carol).announce(nodeId, start, HOUR)).to.be.revertedWithCustomError(
          windows,
          "MaintenanceWindows_NotOperator",
        );
      }
      await expect(windows.announce(2, start, HOUR))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_NotOperator")
        .withArgs(2, bob, alice);
      await staking.connect(alice).setOperator(bob);
      await expect(windows.connect(carol).cancelLast(1)).to.be.revertedWithCustomError(
        windows,
        "MaintenanceWindows_NotOperator",
      );
    });

    it("should take a window exactly at the notice, and none a second sooner", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await time.setNextBlockTimestamp(start - RULES.noticeSeconds + 1);
      await expect(windows.announce(1, start, HOUR))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_TooSoon")
        .withArgs(1, start, start + 1);
      await time.setNextBlockTimestamp(start - RULES.noticeSeconds + 2);
      await windows.announce(1, start + 2, HOUR);
    });

    it("should refuse no length, overlaps, and times that do not fit", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await expect(windows.announce(1, start, 0)).to.be.revertedWithCustomError(
        windows,
        "MaintenanceWindows_ZeroLength",
      );
      await windows.announce(1, start, HOUR);
      await expect(windows.announce(1, start + HOUR - 1, HOUR))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_OutOfOrder")
        .withArgs(1, start + HOUR - 1, start + HOUR);
      await windows.announce(1, start + HOUR, HOUR);
      await expect(windows.announce(1, 2n ** 48n - 1n, 1)).to.be.revertedWithCustomError(
        windows,
        "SafeCastOverflowedUintDowncast",
      );
    });

    it("should keep every period within the budget, wherever it begins", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await windows.announce(1, start, 8 * HOUR);
      await expect(windows.announce(1, start + 8 * HOUR, 1))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_OverBudget")
        .withArgs(1, 8 * HOUR + 1, 8 * HOUR);
      // A period later the first window slides out second by second, as the new one slides in.
      await expect(windows.announce(1, start + RULES.periodSeconds - 1, HOUR)).to.be.revertedWithCustomError(
        windows,
        "MaintenanceWindows_OverBudget",
      );
      await windows.announce(1, start + RULES.periodSeconds, HOUR);
      expect(await windows.usedBudget(1, start + RULES.periodSeconds + HOUR)).to.equal(8 * HOUR);
      await expect(windows.announce(1, start + 2 * RULES.periodSeconds, 8 * HOUR + 1)).to.be.revertedWithCustomError(
        windows,
        "MaintenanceWindows_OverBudget",
      );
    });

    it("should hold as many windows in a period as can be walked over, and no more (I12, T-56)", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      const most = Number(await windows.MAX_WINDOWS());
      for (let i = 0; i < most; i++) await windows.announce(1, start + 2 * i, 1);
      const earliest = start + 1 + RULES.periodSeconds;
      await expect(windows.announce(1, earliest - 1, 1))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_TooManyWindows")
        .withArgs(1, most, earliest);
      await windows.announce(1, earliest, 1);
      await expect(windows.announce(1, earliest + 1, 1)).to.be.revertedWithCustomError(
        windows,
        "MaintenanceWindows_TooManyWindows",
      );
      await windows.cancelLast(1);
      await windows.announce(1, earliest + 1, 1);
    });
  });

  describe("downSecondsIn", () => {
    it("should count the seconds that are in a window and down, over any windows, spans and bitmaps", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      const spans: [number, number][] = [];
      for (let i = 0; i < 12; i++) {
        const from = start + 700 * i + (i % 3) * 90;
        spans.push([from, from + 1 + 53 * i]);
        await windows.announce(1, from, 1 + 53 * i);
      }
      const inWindow = (second: number) => spans.some(([from, to]) => second >= from && second < to);
      await fc.assert(
        fc.asyncProperty(
          fc.bigInt({ min: 0n, max: 2n ** 240n - 1n }),
          fc.integer({ min: 0, max: 9_000 }),
          fc.integer({ min: 0, max: 9_000 }),
          fc.integer({ min: 40, max: 90 }),
          async (bitmap, a, b, slotSeconds) => {
            const base = start - 200;
            let expected = 0;
            for (let second = a; second < b; second++) {
              const up = (bitmap >> BigInt(Math.floor(second / slotSeconds))) & 1n;
              if (up === 0n && inWindow(base + second)) expected++;
            }
            expect(await windows.downSecondsIn(1, base + a, base + b, bitmap, base, slotSeconds)).to.equal(expected);
          },
        ),
        { numRuns: 40 },
      );
    });

    it("should refuse slots that begin after the span, have no length, or do not reach its end", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await windows.announce(1, start, HOUR);
      for (const [firstSlotAt, slotSeconds] of [
        [start + 1, 60],
        [start, 0],
      ]) {
        await expect(windows.downSecondsIn(1, start, start + HOUR, 0n, firstSlotAt, slotSeconds))
          .to.be.revertedWithCustomError(windows, "MaintenanceWindows_BadSlots")
          .withArgs(start, firstSlotAt, slotSeconds);
      }
      await expect(windows.downSecondsIn(1, start, start + HOUR, 0n, start, 1)).to.be.revertedWithCustomError(
        windows,
        "SlotBitmap_BadRange",
      );
    });
  });

  describe("cancelLast", () => {
    it("should call off the last window, give its budget back, and leave the others", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await windows.announce(1, start, HOUR);
      await windows.announce(1, start + 2 * HOUR, 7 * HOUR);
      await expect(windows.cancelLast(1))
        .to.emit(windows, "MaintenanceCancelled")
        .withArgs(1, start + 2 * HOUR, start + 9 * HOUR);
      await windows.announce(1, start + HOUR, 7 * HOUR);
      expect(await windows.windowCount(1)).to.equal(2n);
    });

    it("should let nobody change a window that has begun (I10)", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await expect(windows.cancelLast(1))
        .to.be.revertedWithCustomError(windows, "MaintenanceWindows_NothingAhead")
        .withArgs(1);
      await windows.announce(1, start, HOUR);
      await time.setNextBlockTimestamp(start);
      await expect(windows.cancelLast(1)).to.be.revertedWithCustomError(windows, "MaintenanceWindows_NothingAhead");
      expect(await windows.isInMaintenance(1)).to.equal(true);
      await time.increaseTo(start + HOUR);
      expect(await windows.isInMaintenance(1)).to.equal(false);
    });
  });

  describe("maintenanceSecondsIn", () => {
    it("should count what plain arithmetic counts, over any windows and spans", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      const gap = fc.integer({ min: 0, max: 3 * HOUR });
      const length = fc.integer({ min: 1, max: HOUR });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(gap, length), { minLength: 1, maxLength: 7 }),
          fc.array(fc.tuple(fc.integer({ min: -HOUR, max: 20 * HOUR }), fc.integer({ min: -5, max: 20 * HOUR })), {
            minLength: 5,
            maxLength: 8,
          }),
          async (gaps, spans) => {
            await networkHelpers.loadFixture(deploy);
            const all: [number, number][] = [];
            let at = start;
            for (const [wait, lasts] of gaps) {
              await windows.announce(1, at + wait, lasts);
              all.push([at + wait, at + wait + lasts]);
              at += wait + lasts;
            }
            for (const [offset, span] of spans) {
              const [from, to] = [start + offset, start + offset + span];
              const overlaps = all.map(([a, b]) => Math.max(0, Math.min(b, to) - Math.max(a, from)));
              const expected = overlaps.reduce((sum, each) => sum + each, 0);
              expect(await windows.maintenanceSecondsIn(1, from, to)).to.equal(expected);
            }
          },
        ),
        { numRuns: 15 },
      );
    });

    it("should answer for all of time, and for nodes that do not exist", async () => {
      const { windows, start } = await networkHelpers.loadFixture(deploy);
      await windows.announce(1, start, HOUR);
      expect(await windows.maintenanceSecondsIn(1, 0, 2n ** 48n - 1n)).to.equal(HOUR);
      expect(await windows.maintenanceSecondsIn(9, 0, 2n ** 48n - 1n)).to.equal(0n);
      expect(await windows.usedBudget(1, 5)).to.equal(0n);
    });

    it("should cost a logarithm of the number of windows (I12)", async () => {
      const { start, staking, registry, alice } = await networkHelpers.loadFixture(deploy);
      const rules = { ...RULES, budgetSeconds: HOUR, periodSeconds: 24 * HOUR };
      const deployed = await ethers.deployContract("MaintenanceWindows", [staking, registry, rules]);
      const windows = deployed.connect(alice);
      const cost = async (): Promise<bigint> => windows.maintenanceSecondsIn.estimateGas(1, start, start + HOUR);
      await windows.announce(1, start, 60);
      const one = await cost();
      for (let i = 1; i < 64; i++) await windows.announce(1, start + i * HOUR, 60);
      expect((await cost()) - one).to.be.below(6n * 2n * 3_000n);
    });
  });
});
