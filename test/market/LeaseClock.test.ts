import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { MarketRulesHarness } from "../../typechain-types/index.js";
import { upSeconds } from "./leaseModel.js";

const { ethers } = await hre.network.create();

const GENESIS_AT = 1_000_000;
const BITMAP = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

/** A clock and a piece of one of its epochs, ends and whole epochs more often than chance would have them. */
const pieces = fc
  .record({
    slotsPerEpoch: fc.constantFrom(1, 2, 20, 239, 240),
    slotSeconds: fc.constantFrom(1, 2, 7, 360),
    epoch: fc.integer({ min: 0, max: 5 }),
    edges: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ slotsPerEpoch, slotSeconds, epoch, edges }) => {
    const epochSeconds = slotsPerEpoch * slotSeconds;
    const [a, b] = edges.map((edge) => Math.round(edge * epochSeconds)).sort((x, y) => x - y) as [number, number];
    const startOf = GENESIS_AT + epoch * epochSeconds;
    const fromAt = startOf + Math.min(a, epochSeconds - 1);
    const toAt = Math.max(startOf + b, fromAt + 1);
    return { clock: { genesisAt: GENESIS_AT, epochSeconds, slotsPerEpoch }, piece: { epoch, fromAt, toAt } };
  });

describe("LeaseClock", () => {
  let rules: MarketRulesHarness;

  before(async () => {
    rules = await ethers.deployContract("MarketRulesHarness");
  });

  describe("upSecondsOf", () => {
    const clock = { genesisAt: GENESIS_AT, epochSeconds: 200, slotsPerEpoch: 20 };

    async function inPiece(fromSecond: number, toSecond: number, bitmap: bigint): Promise<bigint> {
      const piece = { epoch: 0, fromAt: GENESIS_AT + fromSecond, toAt: GENESIS_AT + toSecond };
      return rules.upSecondsOf(piece, bitmap, clock);
    }

    it("should count all or none of a piece in one slot", async () => {
      expect(await inPiece(13, 17, 0b10n)).to.equal(4n);
      expect(await inPiece(13, 17, ~0b10n & (2n ** 20n - 1n))).to.equal(0n);
    });

    it("should count partial first and last slots to the second", async () => {
      expect(await inPiece(15, 42, 0b11110n)).to.equal(27n);
      expect(await inPiece(15, 42, 0b01110n)).to.equal(25n);
      expect(await inPiece(15, 42, 0b11100n)).to.equal(22n);
    });

    it("should ignore slots outside the piece", async () => {
      expect(await inPiece(20, 30, 2n ** 256n - 1n)).to.equal(10n);
    });

    it("should count a whole epoch of 240 slots", async () => {
      const long = { genesisAt: GENESIS_AT, epochSeconds: 86_400, slotsPerEpoch: 240 };
      const piece = { epoch: 1, fromAt: GENESIS_AT + 86_400, toAt: GENESIS_AT + 2 * 86_400 };
      expect(await rules.upSecondsOf(piece, 2n ** 240n - 1n, long)).to.equal(86_400n);
      expect(await rules.upSecondsOf(piece, 2n ** 240n - 2n, long)).to.equal(86_040n);
    });

    it("should equal the second-by-second model for any piece, clock and bitmap", async () => {
      await fc.assert(
        fc.asyncProperty(pieces, BITMAP, async ({ clock: time, piece }, bitmap) => {
          const expected = upSeconds(time, bitmap, piece.fromAt, piece.toAt);
          expect(await rules.upSecondsOf(piece, bitmap, time)).to.equal(BigInt(expected));
        }),
        { numRuns: 1_000 },
      );
    });

    it("should pay and refund every second of an epoch however it is cut (I9)", async () => {
      await fc.assert(
        fc.asyncProperty(BITMAP, fc.integer({ min: 1, max: 199 }), async (bitmap, cut) => {
          const whole = await inPiece(0, 200, bitmap);
          expect((await inPiece(0, cut, bitmap)) + (await inPiece(cut, 200, bitmap)), "I9").to.equal(whole);
        }),
      );
    });
  });
});
