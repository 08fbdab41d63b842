import { readFileSync } from "node:fs";

import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { SlashTableHarness } from "../../typechain-types/index.js";
import { Offence } from "./Offence.js";

const { ethers } = await hre.network.create();

const MAX_PPM = 1_000_000n;

type OffenceName = Exclude<keyof typeof Offence, "None">;

/** Protocol §3: part taken, buyer's share, reporter's share, in percent. */
const ROWS: Record<OffenceName, readonly [taken: bigint, buyer: bigint, reporter: bigint]> = {
  WrongResult: [100n, 20n, 30n],
  ResultWithheld: [100n, 20n, 30n],
  NotDelivered: [20n, 80n, 0n],
  UptimeBelowPromise: [100n, 80n, 0n],
  LeaseAbandoned: [100n, 80n, 0n],
  WrongCapacityProof: [10n, 0n, 0n],
  AttestorContradiction: [80n, 0n, 30n],
  AttestorNoHeartbeat: [10n, 0n, 30n],
  FalseReport: [30n, 0n, 30n],
  FalseVouch: [100n, 0n, 30n],
  CheckMissed: [100n, 0n, 30n],
};

const offences = Object.keys(ROWS) as OffenceName[];
const anyOffence = fc.constantFrom(...offences);
const anyAmount = fc.oneof(fc.bigInt(0n, 50n), fc.bigInt(0n, 2n ** 96n - 1n));

describe("SlashTable", () => {
  let table: SlashTableHarness;

  before(async () => {
    table = await ethers.deployContract("SlashTableHarness");
  });

  describe("rowOf", () => {
    for (const offence of offences) {
      it(`should hold the row of ${offence} exactly`, async () => {
        const row = await table.rowOf(Offence[offence]);
        expect([row.takenPpm, row.buyerPpm, row.reporterPpm]).to.deep.equal(ROWS[offence].map((x) => x * 10_000n));
      });
    }

    it("should burn at least a fifth in every row (I5, T-73)", async () => {
      const floor = await table.minBurnPpm();
      expect(floor).to.equal(200_000n);
      for (const offence of offences) {
        const row = await table.rowOf(Offence[offence]);
        expect(MAX_PPM - row.buyerPpm - row.reporterPpm, `I5 ${offence}`).to.be.at.least(floor);
      }
    });

    it("should refuse a slash for nothing", async () => {
      await expect(table.rowOf(Offence.None)).to.be.revertedWithCustomError(table, "SlashTable_NoOffence");
    });

    it("should cover every offence that the contract knows", async () => {
      expect(offences.map((name) => Offence[name])).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      await expect(table.rowOf(12)).to.be.revertedWithoutReason(ethers);
    });

    it("should agree with docs/slashing.md", () => {
      const page = readFileSync(new URL("../../docs/slashing.md", import.meta.url), "utf8");
      const lines = page.split("\n").filter((line) => line.startsWith("| `"));
      const documented = lines.map((line) => {
        const [, name, , taken, buyer, reporter, burned] = line.split("|").map((cell) => cell.trim());
        const percent = (cell = "") => BigInt(/(\d+) %/.exec(cell)?.[1] ?? "0");
        return [name?.replaceAll("`", ""), percent(taken), percent(buyer), percent(reporter), percent(burned)];
      });
      const expected = offences.map((name) => {
        const [taken, buyer, reporter] = ROWS[name];
        return [name, taken, buyer, reporter, 100n - buyer - reporter];
      });
      expect(documented).to.deep.equal(expected);
    });
  });

  describe("amountUp", () => {
    it("should take the row's part, rounded against the offender and never more than all (T-13)", async () => {
      await fc.assert(
        fc.asyncProperty(anyOffence, anyAmount, async (offence, collateral) => {
          const [taken] = ROWS[offence];
          const amount = await table.amountUp(Offence[offence], collateral);
          expect(amount).to.equal((collateral * taken + 99n) / 100n);
          expect(amount).to.be.at.most(collateral);
        }),
        { numRuns: 100 },
      );
    });
  });

  describe("splitDown", () => {
    it("should split to the last unit, round towards the burn and burn at least a fifth (I5)", async () => {
      await fc.assert(
        fc.asyncProperty(anyOffence, anyAmount, fc.boolean(), fc.boolean(), async (offence, mill, buyer, reporter) => {
          const [, buyerPercent, reporterPercent] = ROWS[offence];
          const [toBuyer, toReporter, burned] = await table.splitDown(Offence[offence], mill, buyer, reporter);
          expect(toBuyer).to.equal(buyer ? (mill * buyerPercent) / 100n : 0n);
          expect(toReporter).to.equal(reporter ? (mill * reporterPercent) / 100n : 0n);
          expect(toBuyer + toReporter + burned, "I5 pays what it takes").to.equal(mill);
          expect(burned * 5n, "I5 burns a fifth").to.be.at.least(mill);
        }),
        { numRuns: 150 },
      );
    });

    it("should never pay less for a larger slash (T-05, T-12)", async () => {
      await fc.assert(
        fc.asyncProperty(anyOffence, anyAmount, fc.bigInt(0n, 100n), async (offence, mill, more) => {
          const small = await table.splitDown(Offence[offence], mill, true, true);
          const large = await table.splitDown(Offence[offence], mill + more, true, true);
          expect(large.toBuyer).to.be.at.least(small.toBuyer);
          expect(large.toReporter).to.be.at.least(small.toReporter);
        }),
        { numRuns: 100 },
      );
    });

    it("should burn a slash of one unit whole (T-13)", async () => {
      for (const offence of offences) {
        expect(await table.splitDown(Offence[offence], 1n, true, true)).to.deep.equal([0n, 0n, 1n]);
      }
    });

    it("should keep a reporter's reward far below what the offender loses (T-06, T-73)", async () => {
      for (const offence of offences) {
        const { toReporter } = await table.splitDown(Offence[offence], 1_000n, false, true);
        expect(toReporter).to.be.at.most(300n);
      }
    });
  });
});
