import { expect } from "chai";
import hre from "hardhat";

import { CLOSE_TERMS, EPOCH_SECONDS, fieldsOf, settlementFixture, TRADE_TERMS, WAD } from "./settlementFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const deploy = settlementFixture(connection);
const fixture = () => networkHelpers.loadFixture(deploy);

describe("SettlementTerms", () => {
  describe("setTradeTerms", () => {
    it("should hold from now on", async () => {
      const { terms, settlement } = await fixture();
      await terms.setTradeTerms({ ...TRADE_TERMS, feePpm: 60_000n });
      expect(await terms.feePpm()).to.equal(60_000n);
      expect(await settlement.feePpm()).to.equal(60_000n);
    });

    it("should be for governance only", async () => {
      const { terms, stranger } = await fixture();
      await expect(terms.connect(stranger).setTradeTerms(TRADE_TERMS))
        .to.be.revertedWithCustomError(terms, "AccessManagedUnauthorized")
        .withArgs(stranger);
    });

    const bounds: [keyof typeof TRADE_TERMS, bigint, bigint][] = [
      ["feePpm", 40_000n, 200_000n],
      ["spreadPpm", 0n, 50_000n],
      ["hourlyCapPpm", 10_000n, 1_000_000n],
      ["hourlyCapFloor", 1_000n * WAD, 100_000_000n * WAD],
    ];
    for (const [name, min, max] of bounds) {
      it(`should keep ${name} within its bounds, X-49`, async () => {
        const { terms } = await fixture();
        for (const value of [min, max]) await terms.setTradeTerms({ ...TRADE_TERMS, [name]: value });
        for (const value of min === 0n ? [max + 1n] : [min - 1n, max + 1n]) {
          await expect(terms.setTradeTerms({ ...TRADE_TERMS, [name]: value }))
            .to.be.revertedWithCustomError(terms, "SettlementTerms_OutOfBounds")
            .withArgs(name, value, min, max);
        }
      });
    }
  });

  describe("setCloseTerms", () => {
    it("should hold from the next epoch on, and never for one that has begun, T-57", async () => {
      const { terms, genesisAt } = await fixture();
      await networkHelpers.time.increaseTo(genesisAt + 3 * EPOCH_SECONDS);
      await expect(terms.setCloseTerms({ ...CLOSE_TERMS, gammaPpm: 1n })).to.emit(terms, "CloseTermsSet");
      await terms.setCloseTerms({ ...CLOSE_TERMS, gammaPpm: 2n });
      await networkHelpers.time.increase(EPOCH_SECONDS);
      await terms.setCloseTerms({ ...CLOSE_TERMS, gammaPpm: 3n });
      const gammaOf = async (epoch: number) => (await terms.closeTermsAt(epoch)).gammaPpm;
      expect(await Promise.all([0, 3, 4, 5, 100].map(gammaOf))).to.deep.equal([500_000n, 500_000n, 2n, 3n, 3n]);
    });

    it("should keep every field apart", async () => {
      const { terms } = await fixture();
      const odd = {
        gammaPpm: 123_456n,
        tauPpm: 234_567n,
        kappaPpm: 12_345n,
        bufferPpm: 9_876_543n,
        availabilityPpm: 654_321n,
        attestorsPpm: 198_765n,
        checksPpm: 54_321n,
      };
      await terms.setCloseTerms(odd);
      expect(fieldsOf(await terms.closeTermsAt(1))).to.deep.equal(odd);
    });

    it("should be for governance only", async () => {
      const { terms, stranger } = await fixture();
      await expect(terms.connect(stranger).setCloseTerms(CLOSE_TERMS)).to.be.revertedWithCustomError(
        terms,
        "AccessManagedUnauthorized",
      );
    });

    const bounds: [keyof typeof CLOSE_TERMS, bigint, bigint][] = [
      ["gammaPpm", 0n, 900_000n],
      ["tauPpm", 0n, 500_000n],
      ["kappaPpm", 0n, 33_333n],
      ["bufferPpm", 250_000n, 10_000_000n],
      ["availabilityPpm", 500_000n, 1_000_000n],
      ["attestorsPpm", 0n, 200_000n],
      ["checksPpm", 0n, 200_000n],
    ];
    for (const [name, min, max] of bounds) {
      it(`should keep ${name} within its bounds, X-49`, async () => {
        const { terms } = await fixture();
        for (const value of min === 0n ? [max + 1n] : [min - 1n, max + 1n]) {
          await expect(terms.setCloseTerms({ ...CLOSE_TERMS, [name]: value }))
            .to.be.revertedWithCustomError(terms, "SettlementTerms_OutOfBounds")
            .withArgs(name, value, min, max);
        }
      });
    }

    it("should leave the ecosystem at most a fifth and never less than nothing", async () => {
      const { terms } = await fixture();
      const set = (availabilityPpm: bigint, attestorsPpm: bigint) =>
        terms.setCloseTerms({ ...CLOSE_TERMS, availabilityPpm, attestorsPpm });
      await set(800_000n, 0n);
      await set(900_000n, 100_000n);
      for (const [nodes, attestors] of [
        [799_999n, 0n],
        [900_000n, 100_001n],
      ]) {
        await expect(set(nodes, attestors))
          .to.be.revertedWithCustomError(terms, "SettlementTerms_OutOfBounds")
          .withArgs("sum of shares", nodes + attestors, 800_000n, 1_000_000n);
      }
    });
  });

  describe("constructor", () => {
    it("should check the first terms and the clock", async () => {
      const { terms, authority, genesisAt } = await fixture();
      const clock = { genesisAt, epochSeconds: EPOCH_SECONDS, slotsPerEpoch: 240 };
      const make = (...args: unknown[]) => ethers.deployContract("SettlementTerms", args as never);
      await expect(make(authority, clock, { ...TRADE_TERMS, feePpm: 0n }, CLOSE_TERMS)).to.be.revertedWithCustomError(
        terms,
        "SettlementTerms_OutOfBounds",
      );
      await expect(
        make(authority, clock, TRADE_TERMS, { ...CLOSE_TERMS, bufferPpm: 0n }),
      ).to.be.revertedWithCustomError(terms, "SettlementTerms_OutOfBounds");
      await expect(
        make(authority, { ...clock, slotsPerEpoch: 0 }, TRADE_TERMS, CLOSE_TERMS),
      ).to.be.revertedWithCustomError(terms, "EpochClock_BadClock");
    });
  });
});
